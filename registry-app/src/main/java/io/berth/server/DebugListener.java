package io.berth.server;

import io.berth.config.tree.WrongSettingException;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import java.net.UnknownHostException;
import java.util.Map;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.coyote.http11.Http11NioProtocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.WebServerException;
import org.springframework.context.SmartLifecycle;

/**
 * Listens on an address of its own, for those who run the registry ({@code http.debug.addr}). Has
 * its own threads and connections, so that it answers when clients take all others. Few of them: it
 * is not meant to be reached by clients. Plain HTTP/1.1.
 */
public final class DebugListener implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(DebugListener.class);

    private static final int CONNECTIONS = 64;
    private static final int THREADS = 8;
    private static final int HEADER_BYTES = 16 * 1024;
    private static final int READ_MILLIS = 10_000;
    private static final int IDLE_MILLIS = 60_000;

    private final ListenAddress address;
    private final Map<String, Servlet> servlets;
    private @Nullable WebServer server;

    /**
     * @param servlets by the pattern of their paths; started with their first request
     */
    public DebugListener(ListenAddress address, Map<String, Servlet> servlets) {
        this.address = address;
        this.servlets = Map.copyOf(servlets);
    }

    /**
     * @throws WrongSettingException when the address cannot be listened on
     */
    @Override
    public void start() {
        TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(address.port());
        try {
            factory.setAddress(address.resolved());
        } catch (UnknownHostException e) {
            throw wrong("whose host name cannot be resolved: set it to an address of this machine");
        }
        factory.setShutdown(Shutdown.IMMEDIATE);
        factory.setRegisterDefaultServlet(false);
        factory.addConnectorCustomizers(DebugListener::bound);
        factory.addContextCustomizers(
                context ->
                        ((StandardHost) context.getParent())
                                .setErrorReportValveClass(ProtocolErrorValve.class.getName()));
        WebServer made = factory.getWebServer(this::register);
        try {
            made.start();
        } catch (WebServerException e) {
            made.destroy();
            throw wrong("where another process listens: set it to another port");
        }
        server = made;
        log.info("The debug listener serves {}", address.url("http", made.getPort()));
    }

    /** Without the cause, for which the message of the other listener would be shown. */
    private WrongSettingException wrong(String why) {
        return new WrongSettingException(
                "The setting http.debug.addr is \"" + address + "\", " + why + ".", null);
    }

    private void register(ServletContext context) {
        servlets.forEach(
                (pattern, servlet) -> context.addServlet(pattern, servlet).addMapping(pattern));
    }

    private static void bound(Connector connector) {
        connector.setAllowTrace(true); // the dispatcher refuses it, as an error of its own format
        Http11NioProtocol protocol = (Http11NioProtocol) connector.getProtocolHandler();
        protocol.setMaxConnections(CONNECTIONS);
        protocol.setAcceptCount(CONNECTIONS);
        protocol.setMaxThreads(THREADS);
        protocol.setMinSpareThreads(1);
        protocol.setMaxHttpRequestHeaderSize(HEADER_BYTES);
        protocol.setConnectionTimeout(READ_MILLIS);
        protocol.setKeepAliveTimeout(IDLE_MILLIS);
        protocol.setMaxSwallowSize(HEADER_BYTES);
    }

    /** The port that it listens on. */
    public int port() {
        if (server == null) {
            throw new IllegalStateException("the debug listener is not running");
        }
        return server.getPort();
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop();
            server.destroy();
            server = null;
        }
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }
}
