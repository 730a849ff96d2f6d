package io.berth.logging.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.berth.access.Caller;
import io.berth.access.Identity;
import io.berth.audit.AuditEvent;
import io.berth.audit.AuditEvent.Outcome;
import io.berth.setting.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The lines, their files, and what happens when there is no room. */
class RollingAuditLogTest {

    private static final Caller ALICE =
            new Caller(Identity.user("alice", Set.of("b", "a")), "192.0.2.7", "r1");

    @TempDir Path folder;

    private RollingAuditLog open(Path file, int files) {
        return new RollingAuditLog(
                new AuditSettings(true, file, ByteSize.of("64KiB"), files), Clock.systemUTC());
    }

    private static AuditEvent event(String reason) {
        return AuditEvent.of("login", Outcome.REFUSED, ALICE, reason);
    }

    @Test
    void aLineHasWhoWhatAndWhy() throws Exception {
        Path file = folder.resolve("audit.log");
        try (RollingAuditLog log = open(file, 1)) {
            log.write(
                    new AuditEvent(
                            "manifest.push",
                            Outcome.DONE,
                            ALICE,
                            "library/app",
                            List.of("v1"),
                            "sha256:x",
                            null));
        }
        assertThat(Files.readString(file))
                .matches("\\{\"time\":\"20[0-9-]+T[0-9:.]+Z\",.*}\n")
                .contains(
                        "\"action\":\"manifest.push\",\"outcome\":\"done\",\"kind\":\"user\","
                                + "\"name\":\"alice\",\"groups\":[\"a\",\"b\"],\"address\":\"192.0.2.7\","
                                + "\"request\":\"r1\",\"repository\":\"library/app\","
                                + "\"tags\":[\"v1\"],\"digest\":\"sha256:x\"}");
    }

    @Test
    void noTextBeginsAnotherLine() throws Exception {
        Path file = folder.resolve("audit.log");
        String hostile = "a\r\n{\"outcome\":\"done\"}\u2028\u0085\u001b[31m{} %msg \"ü";
        try (RollingAuditLog log = open(file, 1)) {
            log.write(event(hostile));
        }
        String line = Files.readString(file);
        assertThat(line.chars().filter(c -> c < 0x20 || c > 0x7e)).containsExactly((int) '\n');
        JsonNode json = JsonMapper.shared().readTree(line);
        assertThat(json.path("reason").asString()).isEqualTo(hostile);
    }

    @Test
    void filesHaveASizeAndANumber() throws Exception {
        Path file = folder.resolve("audit.log");
        try (RollingAuditLog log = open(file, 2)) {
            Awaitility.await()
                    .until(
                            () -> {
                                IntStream.range(0, 200).forEach(_ -> log.write(event("x")));
                                return files() == 3 && writtenTwice(file);
                            });
            IntStream.range(0, 5000).forEach(_ -> log.write(event("x")));
            assertThat(files()).isEqualTo(3);
        }
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    private static boolean writtenTwice(Path file) {
        return Files.exists(Path.of(file + ".2"));
    }

    /** Linux has a file that is always full. */
    @Test
    void aFullDiskIsToldOnce() {
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(RollingAuditLog.class);
        Level before = logger.getLevel();
        told.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(told);
        try (RollingAuditLog log = open(Path.of("/dev/full"), 1)) {
            for (int i = 0; i < 100; i++) {
                log.write(event("x"));
            }
        } finally {
            logger.detachAppender(told);
            logger.setLevel(before);
        }
        assertThat(told.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .hasSize(2)
                .anyMatch(line -> line.startsWith("The audit log cannot be written"))
                .anyMatch(line -> line.startsWith("the audit log had "));
    }

    @Test
    void refusalsAreLimitedAndCounted() {
        AtomicLong nanos = new AtomicLong();
        List<AuditEvent> written = new ArrayList<>();
        AccessAudit audit = new AccessAudit(written::add, nanos::get);
        Caller client = Caller.anonymous("192.0.2.7", "r");
        for (int i = 0; i < AccessAudit.PER_SECOND + 5; i++) {
            audit.loginFailed(client, "bob");
        }
        assertThat(written).hasSize(AccessAudit.PER_SECOND);
        assertThat(written.getLast().reason()).isEqualTo("as bob");

        nanos.addAndGet(1_000_000_000L);
        audit.loginFailed(client, "");
        assertThat(written.getLast().reason()).isEqualTo("(5 refusals before this were left out)");
    }
}
