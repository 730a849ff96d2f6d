package io.berth.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;

/**
 * Keeps warnings and errors from filling the disk when every request fails. Of each kind, {@link
 * #LINES} messages are written in {@link #SECONDS} seconds; a line at the end says how many more
 * there were. Messages are of the same kind when they have the same logger, the same format and the
 * same class of the innermost exception. Messages below WARN are not limited.
 *
 * <p>Keeps {@value #MAX_KINDS} kinds at the most; further kinds count as one. Safe for use by many
 * threads.
 */
public final class LogLimit extends TurboFilter {

    static final int LINES = 5;
    static final long SECONDS = 5;
    static final int MAX_KINDS = 1_000;

    private static final String LEFT_OUT =
            "{} more messages of this kind were left out, the first of them: {}";

    private static final Kind ALL_OTHERS = new Kind("", "", "");

    private final Map<Kind, Messages> kinds = new ConcurrentHashMap<>();
    private final LongSupplier clock;
    private final Executor later;

    private record Kind(String logger, String format, String exception) {}

    LogLimit() {
        this(System::nanoTime, CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS));
    }

    /**
     * @param clock nanoseconds, as {@link System#nanoTime} has them
     * @param later runs a task after {@link #SECONDS} seconds
     */
    LogLimit(LongSupplier clock, Executor later) {
        this.clock = clock;
        this.later = later;
    }

    /** Limits what this process logs from now on. Does nothing the second time. */
    public static void install() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            synchronized (LogLimit.class) {
                if (context.getTurboFilterList().stream().noneMatch(LogLimit.class::isInstance)) {
                    context.addTurboFilter(new LogLimit());
                }
            }
        }
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] parameters,
            @Nullable Throwable exception) {
        if (format == null // only asks whether the level is enabled
                || !level.isGreaterOrEqual(Level.WARN)
                || !level.isGreaterOrEqual(logger.getEffectiveLevel())
                || format.equals(LEFT_OUT)) {
            return FilterReply.NEUTRAL;
        }
        Kind kind = kind(logger, format, parameters, exception);
        Messages messages = kinds.get(kind);
        if (messages == null) {
            boolean full = kinds.size() >= MAX_KINDS;
            messages = kinds.computeIfAbsent(full ? ALL_OTHERS : kind, _ -> new Messages());
        }
        return messages.mayBeWritten(logger, level, format, parameters)
                ? FilterReply.NEUTRAL
                : FilterReply.DENY;
    }

    /**
     * Without parameters, the text itself may contain values that differ in each message, so it is
     * not part of the kind.
     */
    private static Kind kind(
            Logger logger,
            String format,
            Object @Nullable [] parameters,
            @Nullable Throwable exception) {
        boolean constant = parameters != null && parameters.length > 0;
        Throwable cause =
                constant && exception == null
                        ? MessageFormatter.getThrowableCandidate(parameters)
                        : exception;
        for (int depth = 0; cause != null && cause.getCause() != null && depth < 10; depth++) {
            cause = cause.getCause();
        }
        return new Kind(
                logger.getName(),
                constant ? format : "",
                cause == null ? "" : cause.getClass().getName());
    }

    /** The messages of one kind. */
    private final class Messages {

        private long begun = clock.getAsLong();
        private int written;
        private long leftOut;

        synchronized boolean mayBeWritten(
                Logger logger, Level level, String format, Object @Nullable [] parameters) {
            long now = clock.getAsLong();
            if (now - begun >= TimeUnit.SECONDS.toNanos(SECONDS)) {
                begun = now;
                written = 0;
            }
            if (written < LINES) {
                written++;
                return true;
            }
            if (leftOut == 0) {
                String first = MessageFormatter.arrayFormat(format, parameters).getMessage();
                later.execute(() -> say(logger, level, first));
            }
            leftOut++;
            return false;
        }

        private void say(Logger logger, Level level, String first) {
            long count;
            synchronized (this) {
                count = leftOut;
                leftOut = 0;
            }
            logger.atLevel(org.slf4j.event.Level.valueOf(level.levelStr))
                    .log(LEFT_OUT, count, first);
        }
    }
}
