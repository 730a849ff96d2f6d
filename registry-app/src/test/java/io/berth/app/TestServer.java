package io.berth.app;

import io.berth.object.s3.S3TestServer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The application as {@code registry serve} runs it, on a free port of this machine. */
public final class TestServer implements AutoCloseable {

    static final String HTTP_SECRET = "shared by all replicas of the test";

    private final ConfigurableApplicationContext context;
    private final AutoCloseable storage;

    private TestServer(ConfigurableApplicationContext context, AutoCloseable storage) {
        this.context = context;
        this.storage = storage;
    }

    public static TestServer on(Path folder) {
        return on(folder, Map.of());
    }

    /**
     * @param settings by their documented names
     */
    public static TestServer on(Path folder, Map<String, String> settings) {
        return on(folder, settings, (name, bean) -> bean);
    }

    /** What takes the place of a part of the application. */
    @FunctionalInterface
    interface Replacement {

        Object of(String name, Object bean);
    }

    public static TestServer on(
            Path folder, Map<String, String> settings, Replacement replacement) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("storage.filesystem.rootdirectory", folder.toString());
        return new TestServer(run(all, replacement), () -> {});
    }

    /**
     * @param s3 keeps the content, and is closed with the server
     * @param settings besides those of {@link #settingsFor}, or instead of them
     */
    public static TestServer on(S3TestServer s3, Map<String, String> settings) {
        Map<String, String> all = settingsFor(s3);
        all.putAll(settings);
        return new TestServer(run(all, (name, bean) -> bean), s3);
    }

    /** What makes a registry keep its content in the bucket of that server. */
    static Map<String, String> settingsFor(S3TestServer s3) {
        Map<String, String> settings = new HashMap<>();
        settings.put("storage.s3.region", S3TestServer.REGION);
        settings.put("storage.s3.bucket", S3TestServer.BUCKET);
        settings.put("storage.s3.rootdirectory", "registry");
        settings.put("storage.s3.regionendpoint", s3.endpoint().toString());
        settings.put("storage.s3.accesskey", S3TestServer.ACCESS_KEY);
        settings.put("storage.s3.secretkey", S3TestServer.SECRET_KEY);
        settings.put("storage.s3.chunksize", "5MiB");
        settings.put("http.secret", HTTP_SECRET);
        return settings;
    }

    /**
     * @param settings all that there are
     */
    static TestServer with(Map<String, String> settings) {
        return new TestServer(run(settings, (name, bean) -> bean), () -> {});
    }

    private static ConfigurableApplicationContext run(
            Map<String, String> settings, Replacement replacement) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("registry.http.addr", "127.0.0.1:0");
        properties.put("registry.http.stopdelay", "0"); // no load balancer has to notice
        settings.forEach((name, value) -> properties.put("registry." + name, value));
        SpringApplication application = RegistryApplication.configured();
        application.setDefaultProperties(properties);
        application.setRegisterShutdownHook(false);
        application.addInitializers(
                created ->
                        created.getBeanFactory()
                                .addBeanPostProcessor(
                                        new BeanPostProcessor() {
                                            @Override
                                            public Object postProcessAfterInitialization(
                                                    Object bean, String name) {
                                                return replacement.of(name, bean);
                                            }
                                        }));
        return application.run();
    }

    public int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    /** Stops as the process does when it is told to. */
    @Override
    public void close() {
        context.close();
        try {
            storage.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
