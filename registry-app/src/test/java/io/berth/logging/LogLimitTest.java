package io.berth.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogLimitTest {

    private final LoggerContext context = new LoggerContext();
    private final Logger log = context.getLogger("test");
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();
    private final AtomicLong clock = new AtomicLong();
    private final Queue<Runnable> later = new ArrayDeque<>();

    @BeforeEach
    void limit() {
        context.addTurboFilter(new LogLimit(clock::get, later::add));
        written.start();
        log.addAppender(written);
    }

    private List<String> messages() {
        return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void failEvery(int requests) {
        for (int i = 0; i < requests; i++) {
            log.error("{} failed: {}", i, "the store is away");
        }
    }

    /** The time passes, and what was to be done then is done. */
    private void pass() {
        clock.addAndGet(TimeUnit.SECONDS.toNanos(LogLimit.SECONDS));
        for (int i = later.size(); i > 0; i--) {
            later.remove().run();
        }
    }

    @Test
    void ofAKindSomeAreWrittenAndTheRestIsCounted() {
        failEvery(1_000);
        assertThat(messages()).hasSize(LogLimit.LINES).last().asString().startsWith("4 failed");
        assertThat(later).hasSize(1);
        pass();
        assertThat(messages())
                .hasSize(LogLimit.LINES + 1)
                .last()
                .isEqualTo(
                        "995 more messages of this kind were left out, the first of them:"
                                + " 5 failed: the store is away");
        assertThat(written.list.getLast().getLevel()).isEqualTo(Level.ERROR);
    }

    @Test
    void theNextTimeSomeAreWrittenAgain() {
        for (int i = 1; i <= 10; i++) {
            failEvery(100);
            pass();
            assertThat(messages()).hasSize(i * (LogLimit.LINES + 1));
        }
        failEvery(LogLimit.LINES);
        assertThat(later).isEmpty();
    }

    @Test
    void oneKindHidesNoOther() {
        failEvery(1_000);
        log.warn("a link is damaged: {}", "key");
        log.error("{} failed: {}", 1, 500, new IllegalStateException("a defect"));
        log.error("{} failed: {}", 2, 500, new IOException(new ArithmeticException()));
        context.getLogger("test.other").error("{} failed: {}", 1, "another part");
        assertThat(messages()).hasSize(LogLimit.LINES + 4);
    }

    @Test
    void textsThatAreDifferentEveryTimeAreOneKind() {
        for (int i = 0; i < 100; i++) {
            log.warn("request " + i + " failed");
        }
        assertThat(messages()).hasSize(LogLimit.LINES);
    }

    @Test
    void takesMemoryForSoManyKindsOnly() {
        for (int i = 0; i < 2 * LogLimit.MAX_KINDS; i++) {
            log.warn("kind " + i + ": {}", 1);
        }
        assertThat(messages()).hasSize(LogLimit.MAX_KINDS + LogLimit.LINES);
        assertThat(later).hasSize(1);
    }

    @Test
    void whatIsNoFailureOrNotLoggedIsNotLimited() {
        for (int i = 0; i < 100; i++) {
            log.info("{} came", i);
        }
        assertThat(messages()).hasSize(100);
        log.setLevel(Level.ERROR);
        for (int i = 0; i < 100; i++) {
            log.warn("{} is strange", i);
            assertThat(log.isErrorEnabled()).isTrue();
        }
        assertThat(messages()).hasSize(100);
        assertThat(later).isEmpty();
    }

    @Test
    void isInstalledOnce() {
        LogLimit.install();
        LogLimit.install();
        LoggerContext process = (LoggerContext) LoggerFactory.getILoggerFactory();
        assertThat(process.getTurboFilterList()).filteredOn(LogLimit.class::isInstance).hasSize(1);
    }
}
