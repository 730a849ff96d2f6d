package io.berth.server;

import io.berth.config.HttpSettings;
import io.berth.config.ListenAddress;
import io.berth.config.tree.WrongSettingException;
import io.berth.http.RegistryApi;
import java.net.UnknownHostException;
import java.time.Duration;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.util.function.SingletonSupplier;

/**
 * Tomcat as a registry needs it: HTTP/1.1, files sent by the kernel, uploads of any length, and
 * every error in the protocol's words.
 *
 * <p>Requests run on platform threads as long as there are any. Clients trickle their uploads, so a
 * thread waits for bytes again and again, and a virtual thread pays for each wait with a hop over a
 * poller and a timer.
 */
@Configuration(proxyBeanMethods = false)
public class TomcatServer {

    /** Characters that a URL must not hold, and that Tomcat can be told to let through. */
    private static final String UNENCODED = "\"<>[\\]^`{|}";

    private static final Duration ENDED_BY_ITSELF = Duration.ofSeconds(5);

    @Bean
    TomcatServletWebServerFactory tomcat(
            HttpSettings settings, ConnectionLimits limits, ObjectProvider<RegistryApi> api) {
        ListenAddress address = settings.addr();
        TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(address.port());
        try {
            factory.setAddress(address.resolved());
        } catch (UnknownHostException e) {
            throw new WrongSettingException(
                    "The setting http.addr is \""
                            + address
                            + "\", whose host name is not known: name an address of this machine.",
                    e);
        }
        factory.setProtocol(DrainableProtocol.class.getName());
        factory.setShutdown(Shutdown.IMMEDIATE); // Drain is more graceful
        var admission = new Admission(limits.requestsPerClient(), settings.trustForwarded());
        var headers = new FixedHeaders(settings.headers());
        factory.addConnectorCustomizers(
                connector -> {
                    customize(connector, settings, limits);
                    ((DrainableProtocol) connector.getProtocolHandler())
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

    private static void customize(
            Connector connector, HttpSettings settings, ConnectionLimits limits) {
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
        protocol.limit(limits, Math.min(settings.maxThreads(), limits.requests()));
    }

    /** Spring takes the bean of this name for the order of starts and stops. */
    @Bean
    static DefaultLifecycleProcessor lifecycleProcessor(HttpSettings settings) {
        DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
        // Drain keeps to the time by itself.
        Duration longest = settings.drainTimeout().duration().plus(ENDED_BY_ITSELF);
        processor.setTimeoutPerShutdownPhase(longest.toMillis());
        return processor;
    }
}
