package io.berth.server;

import io.berth.config.tree.WrongSettingException;
import io.berth.http.RegistryApi;
import io.berth.http.route.UrlSettings;
import io.berth.server.connection.BoundedHttpProtocol;
import io.berth.server.connection.ConnectionLimits;
import io.berth.server.tls.ServerTls;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.util.function.SingletonSupplier;

/**
 * Sets up Tomcat for a registry: HTTP/1.1, files sent by the kernel, uploads of any length, and all
 * errors in the format of the protocol.
 *
 * <p>Requests run on platform threads while one is free, and on virtual threads otherwise. Clients
 * send uploads slowly, so a thread waits for bytes many times, and each wait of a virtual thread
 * costs more, as it goes through a poller and a timer.
 */
@Configuration(proxyBeanMethods = false)
public class TomcatServer {

    /** Characters that are not allowed in URLs but that Tomcat can be made to accept. */
    private static final String UNENCODED = "\"<>[\\]^`{|}";

    /** Time after the drain before Spring goes on without it. */
    private static final Duration AFTER_DRAIN = Duration.ofSeconds(5);

    @Bean
    TomcatServletWebServerFactory tomcat(
            ServerSettings settings,
            UrlSettings urls,
            ConnectionLimits limits,
            Optional<ServerTls> tls,
            ObjectProvider<RegistryApi> api) {
        ListenAddress address = settings.addr();
        TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(address.port());
        try {
            factory.setAddress(address.resolved());
        } catch (UnknownHostException e) {
            throw new WrongSettingException(
                    "The setting http.addr is \""
                            + address
                            + "\", whose host name cannot be resolved: set it to an address of this machine.",
                    e);
        }
        factory.setProtocol(BoundedHttpProtocol.class.getName());
        factory.setShutdown(Shutdown.IMMEDIATE); // Drain has done the graceful part
        var admission = new AdmissionValve(limits.requestsPerClient(), urls.trustForwarded());
        var headers = new FixedHeadersValve(settings.headers());
        factory.addConnectorCustomizers(
                connector -> {
                    tls.ifPresent(with -> with.putOn(connector));
                    customize(connector, settings, limits);
                    ((BoundedHttpProtocol) connector.getProtocolHandler())
                            .serve(
                                    new ReadAdapter(
                                            connector,
                                            SingletonSupplier.of(api::getObject),
                                            admission,
                                            headers));
                });
        factory.addEngineValves(admission, headers);
        factory.addContextCustomizers(
                context -> {
                    StandardHost host = (StandardHost) context.getParent();
                    host.setErrorReportValveClass(ProtocolErrorValve.class.getName());
                });
        return factory;
    }

    /** {@code null} where connections are not encrypted. */
    @Bean
    @Nullable ServerTls serverTls(ServerSettings settings, Clock clock) {
        return settings.tls().isOn() ? ServerTls.of(settings.tls(), clock) : null;
    }

    private static void customize(
            Connector connector, ServerSettings settings, ConnectionLimits limits) {
        // The dispatcher refuses TRACE, in the format of the protocol.
        connector.setAllowTrace(true);
        // The API decodes the path itself, encoded slashes included.
        connector.setEncodedSolidusHandling("passthrough");
        connector.setEncodedReverseSolidusHandling("passthrough");
        BoundedHttpProtocol protocol = (BoundedHttpProtocol) connector.getProtocolHandler();
        // Some clients do not encode these characters. The grammar of names refuses them.
        protocol.setRelaxedPathChars(UNENCODED);
        protocol.setRelaxedQueryChars(UNENCODED);
        // A client that waits for "100 Continue" receives a refusal before it sends the body.
        protocol.setContinueResponseTiming("onRead");
        protocol.limit(limits, Math.min(settings.maxThreads(), limits.requests()));
    }

    /** Spring uses the bean of this name to start and stop the others in order. */
    @Bean
    static DefaultLifecycleProcessor lifecycleProcessor(ServerSettings settings) {
        DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
        // Drain keeps its own timeout, which must end first.
        Duration longest = settings.drainTimeout().duration().plus(AFTER_DRAIN);
        processor.setTimeoutPerShutdownPhase(longest.toMillis());
        return processor;
    }
}
