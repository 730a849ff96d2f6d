package io.berth.http;

import io.berth.registry.Registry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.Tomcat;
import org.springframework.web.servlet.DispatcherServlet;

/** The API behind a real server on a port of its own, as the application has it. */
final class ApiServer implements AutoCloseable {

    static {
        // Tests provoke failures on purpose; what the server logs of them is not news.
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.setLevel(Level.OFF);
        }
    }

    private final Tomcat tomcat = new Tomcat();
    private final Path folder;

    ApiServer(Registry registry, ApiSettings settings) {
        try {
            folder = Files.createTempDirectory("berth-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tomcat.setBaseDir(folder.toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setProperty("maxSwallowSize", "-1");
        ((StandardHost) tomcat.getHost()).setAutoDeploy(false);
        Context context = tomcat.addContext("", null);
        DispatcherServlet servlet = TestApi.servlet(registry, settings);
        Tomcat.addServlet(context, "api", servlet);
        context.addServletMappingDecoded("/", "api");
        try {
            tomcat.start();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port() + "/");
    }

    int port() {
        return tomcat.getConnector().getLocalPort();
    }

    @Override
    public void close() throws LifecycleException, IOException {
        tomcat.stop();
        tomcat.destroy();
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }
}
