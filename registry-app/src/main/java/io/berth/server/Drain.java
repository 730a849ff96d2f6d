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
 *   <li>Requests that are served end, and files that are sent arrive.
 *   <li>Background work of the registry ends.
 * </ol>
 *
 * <p>What has not ended then is cut off. The log says what the server waits for, and the outcome.
 */
public final class Drain implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Drain.class);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final WebServerApplicationContext context;
    private final Duration all;
    private final Duration delay;
    private final BooleanSupplier watched;
    private final Predicate<Duration> last;
    private volatile boolean running;
    private volatile boolean stopping;

    /**
     * @param watched whether a readiness probe is in use, so that its failure would be noticed
     * @param last ends the background work within the given time, which may be zero; returns {@code
     *     false} when it has not ended
     */
    public Drain(
            WebServerApplicationContext context,
            ServerSettings settings,
            BooleanSupplier watched,
            Predicate<Duration> last) {
        this.context = context;
        this.all = settings.drainTimeout().duration();
        this.delay = settings.stopDelay().duration();
        this.watched = watched;
        this.last = last;
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
                                done.run(); // otherwise the application would wait for it
                            }
                        });
    }

    @Override
    public void stop() {
        stopping = true;
        long end = System.nanoTime() + all.toNanos();
        try {
            if (context.getWebServer() instanceof TomcatWebServer server) {
                drain(server.getTomcat().getConnector(), end);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        if (!last.test(left)) {
            log.warn("indexes are being built still, which is cut off; the next start goes on");
        }
        running = false;
    }

    private void drain(Connector connector, long end) throws InterruptedException {
        if (!(connector.getProtocolHandler() instanceof BoundedHttpProtocol protocol)) {
            return;
        }
        long begin = System.nanoTime();
        long pause = Math.min(delay.toNanos(), end - begin);
        if (pause > 0 && watched.getAsBoolean()) {
            log.info(
                    "stopping: /readyz says 503, and connections are taken for {} s more, in which"
                            + " load balancers can notice (http.stopdelay)",
                    seconds(pause));
            sleep(pause);
        }
        connector.pause();
        protocol.closeServerSocketGraceful();
        int requests = protocol.requestsUnderWay();
        int files = protocol.filesUnderWay();
        if (requests + files > 0) {
            log.info(
                    "stopping: no connections are taken any more; waiting up to {} s for {} requests"
                            + " and {} files (http.draintimeout)",
                    seconds(Math.max(0, end - System.nanoTime())),
                    requests,
                    files);
        }
        while (protocol.requestsUnderWay() + protocol.filesUnderWay() > 0
                && System.nanoTime() < end) {
            sleep(PAUSE.toNanos());
        }
        log.info(
                "stopped taking requests, waited {} s for {} requests and {} files,"
                        + " and cut off {} requests and {} files",
                seconds(System.nanoTime() - begin),
                requests,
                files,
                protocol.requestsUnderWay(),
                protocol.filesUnderWay());
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
