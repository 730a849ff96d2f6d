package io.berth.auth.htpasswd;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What one class logs until this is closed. */
final class LoggedLines implements AutoCloseable {

    private final Logger logger;
    private final @Nullable Level before;
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    LoggedLines(Class<?> type) {
        logger = (Logger) LoggerFactory.getLogger(type);
        before = logger.getLevel();
        logger.setLevel(Level.INFO);
        events.start();
        logger.addAppender(events);
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
        logger.detachAppender(events);
        logger.setLevel(before);
    }
}
