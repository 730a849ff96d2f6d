package io.berth.server;

import io.berth.config.GoDuration;
import io.berth.config.HttpSettings;
import io.berth.config.ListenAddress;
import io.berth.config.tree.WrongSettingException;
import io.berth.http.RegistryApi;
import java.net.UnknownHostException;
import java.time.Duration;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * Tomcat as a registry needs it: HTTP/1.1, files sent by the kernel, uploads of any length, and
 * every error in the protocol's words.
 *
 * <p>Requests run on platform threads. Clients trickle their uploads, so a thread waits for bytes
 * again and again, and a virtual thread pays for each wait with a hop over a poller and a timer.
 */
@Configuration(proxyBeanMethods = false)
public class TomcatServer {

    /** Characters that a URL must not hold, and that Tomcat can be told to let through. */
    private static final String UNENCODED = "\"<>[\\]^`{|}";

    /** Bytes of all request headers together; tokens of large clients come near 16 KiB. */
    private static final int MAX_HEADER_BYTES = 32 * 1024;

    /**
     * Connections at the same time; more wait until one is free. Bounds the memory of their
     * buffers, which they keep also while they do nothing, to a third of the heap that the launcher
     * gives.
     */
    private static final int MAX_CONNECTIONS = 1024;

    /**
     * Bytes of a body nobody wants that are read so that its sender comes to see the answer; beyond
     * them the connection is closed.
     */
    private static final int MAX_SWALLOWED_BYTES = 64 * 1024 * 1024;

    /** How long a client may take to send the headers of a request, or to take its next bytes. */
    private static final Duration STALLED = Duration.ofMinutes(2);

    /** How long a connection is kept for a next request. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    /** How long a body may stand still; clients compress while they send. */
    private static final Duration STALLED_BODY = Duration.ofMinutes(10);

    @Bean
    TomcatServletWebServerFactory tomcat(HttpSettings settings) {
        ListenAddress address = settings.addr();
        TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(address.port());
        try {
            factory.setAddress(address.resolved());
        } catch (UnknownHostException e) {
            throw new WrongSettingException(
                    "The setting http.addr is \"" + address + "\", a host nobody knows.", e);
        }
        factory.setProtocol(DrainableProtocol.class.getName());
        factory.setShutdown(Shutdown.GRACEFUL);
        factory.addConnectorCustomizers(connector -> customize(connector, settings));
        if (!settings.headers().isEmpty()) {
            factory.addEngineValves(new FixedHeaders(settings.headers()));
        }
        factory.addContextCustomizers(
                context -> {
                    StandardHost host = (StandardHost) context.getParent();
                    host.setErrorReportValveClass(ProtocolErrorValve.class.getName());
                });
        return factory;
    }

    private static void customize(Connector connector, HttpSettings settings) {
        // The dispatcher refuses it, in the protocol's words.
        connector.setAllowTrace(true);
        // The API reads the path itself and takes an encoded slash for a slash.
        connector.setEncodedSolidusHandling("passthrough");
        connector.setEncodedReverseSolidusHandling("passthrough");
        DrainableProtocol protocol = (DrainableProtocol) connector.getProtocolHandler();
        // Clients send them without encoding. The grammar of a name refuses them where they matter.
        protocol.setRelaxedPathChars(UNENCODED);
        protocol.setRelaxedQueryChars(UNENCODED);
        // A client that waits to be asked for its body sees a refusal before it sends any.
        protocol.setContinueResponseTiming("onRead");
        protocol.setMaxSwallowSize(MAX_SWALLOWED_BYTES);
        protocol.setMaxHttpRequestHeaderSize(MAX_HEADER_BYTES);
        protocol.setMaxKeepAliveRequests(-1);
        protocol.setMaxConnections(MAX_CONNECTIONS);
        protocol.setMaxThreads(settings.maxThreads());
        protocol.setMinSpareThreads(Math.min(4, settings.maxThreads()));
        protocol.setConnectionTimeout((int) STALLED.toMillis());
        protocol.setKeepAliveTimeout((int) IDLE.toMillis());
        protocol.setDisableUploadTimeout(false);
        protocol.setConnectionUploadTimeout((int) STALLED_BODY.toMillis());
        protocol.setProperty(
                "socket.appReadBufSize", Integer.toString(RegistryApi.READ_BUFFER_BYTES));
    }

    @Bean
    SendfileDrain sendfileDrain(WebServerApplicationContext context) {
        return new SendfileDrain(context);
    }

    /** Spring takes the bean of this name for the order of starts and stops. */
    @Bean
    static DefaultLifecycleProcessor lifecycleProcessor(HttpSettings settings) {
        DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
        GoDuration drain = settings.drainTimeout();
        processor.setTimeoutPerShutdownPhase(drain.duration().toMillis());
        return processor;
    }
}
