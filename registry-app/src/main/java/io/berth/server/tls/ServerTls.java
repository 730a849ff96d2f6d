package io.berth.server.tls;

import io.berth.config.tree.WrongSettingException;
import io.berth.reload.FileStamp;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of the server. Reads its files at the start, and again when they change, also where links to
 * them are replaced, as Kubernetes does. Files that are wrong then change nothing: the log says so
 * once, and what was right is used on. Safe for use by many threads.
 */
public final class ServerTls implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServerTls.class);

    private static final long LOOK_EVERY_MILLIS = 2_000;

    private final TlsSettings settings;
    private final Clock clock;
    private final ScheduledExecutorService looking =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("certificates").factory());

    private ServerIdentity used;
    private @Nullable TlsConnector connector;

    /** How the files looked when they were used, or found to be wrong. */
    private List<FileStamp> known;

    /** How they looked the last time: what still changes is not read yet. */
    private List<FileStamp> seen;

    private String lastProblem = "";

    private ServerTls(TlsSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.known = stamps();
        this.seen = known;
        this.used = ServerIdentity.read(settings);
    }

    /**
     * Reads the files.
     *
     * @param settings with a certificate
     * @throws WrongSettingException when a file is wrong
     */
    public static ServerTls of(TlsSettings settings, Clock clock) {
        return new ServerTls(settings, clock);
    }

    /**
     * Has a connector use TLS, and begins to look at the files; to be called once, before the
     * connector is started and before its limits are set.
     */
    public synchronized void putOn(Connector server) {
        connector = TlsConnector.on(server, settings, used);
        warnIfOutOfTime(used);
        var _ =
                looking.scheduleWithFixedDelay(
                        this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private List<FileStamp> stamps() {
        List<Path> files = new ArrayList<>();
        files.add(Objects.requireNonNull(settings.certificate()));
        files.add(Objects.requireNonNull(settings.key()));
        files.addAll(settings.clientCas());
        return files.stream().map(FileStamp::of).toList();
    }

    /** Throws nothing, as an exception would end the schedule. */
    private void look() {
        try {
            lookOnce();
        } catch (RuntimeException e) {
            log.error("cannot look at the files of http.tls; it is tried again", e);
        }
    }

    /**
     * Takes what has changed, once it has not changed any more since the last look: a certificate
     * and its key are often written one after the other.
     */
    synchronized void lookOnce() {
        List<FileStamp> now = stamps();
        boolean settled = now.equals(seen);
        seen = now;
        if (!settled || (now.equals(known) && lastProblem.isEmpty())) {
            return;
        }
        try {
            ServerIdentity read = ServerIdentity.read(settings);
            if (!read.equals(used)) {
                take(read);
            }
            lastProblem = "";
        } catch (WrongSettingException | IllegalArgumentException e) {
            String problem = String.valueOf(e.getMessage());
            if (!problem.equals(lastProblem)) {
                log.error("New files of http.tls are not used, but the old ones: {}", problem);
            }
            lastProblem = problem;
        }
        known = now;
    }

    private void take(ServerIdentity read) {
        if (read.isOutOfTime(clock.instant()) && !used.isOutOfTime(clock.instant())) {
            throw new IllegalArgumentException(
                    "the time of the certificate of %s is over or has not come."
                            .formatted(read.subject()));
        }
        Objects.requireNonNull(connector).use(read);
        used = read;
        log.info(
                "The files of http.tls have changed: new connections get the certificate of {},"
                        + " until {}",
                read.subject(),
                read.ends());
        warnIfOutOfTime(read);
    }

    private void warnIfOutOfTime(ServerIdentity identity) {
        if (identity.isOutOfTime(clock.instant())) {
            log.warn(
                    "Clients will refuse the certificate of {} in http.tls.certificate, because its"
                            + " time is over or has not come: replace it, or correct the clock.",
                    identity.subject());
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
