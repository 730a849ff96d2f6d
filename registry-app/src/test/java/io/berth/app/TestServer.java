package io.berth.app;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The application as {@code registry serve} runs it, on a free port of this machine. */
public final class TestServer implements AutoCloseable {

    private final ConfigurableApplicationContext context;
    private final AutoCloseable bucket;

    private TestServer(ConfigurableApplicationContext context, AutoCloseable bucket) {
        this.context = context;
        this.bucket = bucket;
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
     * @param bucket is closed with the server
     * @param settings name it
     */
    public static TestServer on(TestBucket bucket, Map<String, String> settings) {
        return new TestServer(run(settings, (name, bean) -> bean), bucket);
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

    ConfigurableApplicationContext context() {
        return context;
    }

    /** Stops as the process does when it is told to. */
    @Override
    public void close() {
        context.close();
        try {
            bucket.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
