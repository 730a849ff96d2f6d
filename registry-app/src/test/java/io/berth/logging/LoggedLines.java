package io.berth.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** What some classes log until this is closed. */
public final class LoggedLines implements AutoCloseable {

    private final Map<Logger, Optional<Level>> before = new HashMap<>();
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    public LoggedLines(Class<?>... types) {
        events.start();
        for (Class<?> type : types) {
            Logger logger = (Logger) LoggerFactory.getLogger(type);
            before.put(logger, Optional.ofNullable(logger.getLevel()));
            logger.setLevel(Level.INFO);
            logger.addAppender(events);
        }
    }

    /** All messages, one a line. */
    @Override
    public String toString() {
        return events.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        before.forEach(
                (logger, level) -> {
                    logger.detachAppender(events);
                    logger.setLevel(level.orElse(null));
                });
    }
}
