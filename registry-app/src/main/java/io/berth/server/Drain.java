package io.berth.server;

import io.berth.server.connection.BoundedHttpProtocol;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.catalina.connector.Connector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Stops the server gracefully. In this order, within the configured time ({@code
 * http.draintimeout}):
 *
 * <ol>
 *   <li>The readiness probe fails, and the server goes on serving for a while, so that load
 *       balancers send no more clients to it ({@code http.stopdelay}).
 *   <li>No more connections are accepted.
 *   <li>The server waits for requests that run and for files that are being sent.
 *   <li>The server waits for background work of the registry.
 * </ol>
 *
 * <p>Requests, files and background work that have not ended then are aborted. The log says what
 * the server waits for, and the outcome.
 */
public final class Drain implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Drain.class);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final WebServerApplicationContext context;
    private final Duration timeout;
    private final Duration delay;
    private final BooleanSupplier probed;
    private final Predicate<Duration> endBackgroundWork;
    private volatile boolean running;
    private volatile boolean stopping;

    /**
     * @param probed whether readiness probes are sent, so that a failing one would be noticed
     * @param endBackgroundWork ends the background work within the given time, which may be zero;
     *     returns {@code false} when it has not ended
     */
    public Drain(
            WebServerApplicationContext context,
            ServerSettings settings,
            BooleanSupplier probed,
            Predicate<Duration> endBackgroundWork) {
        this.context = context;
        this.timeout = settings.drainTimeout().duration();
        this.delay = settings.stopDelay().duration();
        this.probed = probed;
        this.endBackgroundWork = endBackgroundWork;
    }

    /** Whether the server is about to stop; for any thread. */
    public boolean isStopping() {
        return stopping;
    }

    @Override
    public void start() {
        stopping = false;
        running = true;
    }

    /** Returns at once. */
    @Override
    public void stop(Runnable done) {
        Thread.ofPlatform()
                .daemon()
                .name("drain")
                .start(
                        () -> {
                            try {
                                stop();
                            } finally {
                                done.run(); // otherwise the application would wait until its
                                // timeout
                            }
                        });
    }

    @Override
    public void stop() {
        stopping = true;
        long end = System.nanoTime() + timeout.toNanos();
        try {
            if (context.getWebServer() instanceof TomcatWebServer server) {
                drain(server.getTomcat().getConnector(), end);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        if (!endBackgroundWork.test(left)) {
            log.warn("building indexes has not ended and is aborted; the next start continues it");
        }
        running = false;
    }

    private void drain(Connector connector, long end) throws InterruptedException {
        if (!(connector.getProtocolHandler() instanceof BoundedHttpProtocol protocol)) {
            return;
        }
        long begin = System.nanoTime();
        long pause = Math.min(delay.toNanos(), end - begin);
        if (pause > 0 && probed.getAsBoolean()) {
            log.info(
                    "stopping: /readyz answers 503, and connections are accepted for {} s more, so that"
                            + " load balancers notice (http.stopdelay)",
                    seconds(pause));
            sleep(pause);
        }
        connector.pause();
        protocol.closeServerSocketGraceful();
        int requests = protocol.runningRequests();
        int files = protocol.filesBeingSent();
        if (requests + files > 0) {
            log.info(
                    "stopping: no more connections are accepted; waiting up to {} s for {} requests"
                            + " and {} files (http.draintimeout)",
                    seconds(Math.max(0, end - System.nanoTime())),
                    requests,
                    files);
        }
        while (protocol.runningRequests() + protocol.filesBeingSent() > 0
                && System.nanoTime() < end) {
            sleep(PAUSE.toNanos());
        }
        log.info(
                "stopped accepting requests, waited {} s for {} requests and {} files,"
                        + " and aborted {} requests and {} files",
                seconds(System.nanoTime() - begin),
                requests,
                files,
                protocol.runningRequests(),
                protocol.filesBeingSent());
    }

    private static double seconds(long nanos) {
        return Duration.ofNanos(nanos).toMillis() / 1000.0;
    }

    private static void sleep(long nanos) throws InterruptedException {
        if (nanos > 0) {
            Thread.sleep(Duration.ofNanos(nanos));
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** The phase before the one in which connections are closed. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
    }
}
