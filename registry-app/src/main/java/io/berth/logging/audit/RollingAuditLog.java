package io.berth.logging.audit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import io.berth.audit.AuditEvent;
import io.berth.audit.AuditLog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;

/**
 * Writes lines with an appender of Logback that has no part in the log of the registry, to standard
 * output or to a file that is rolled over. When lines cannot be written, because the disk is full,
 * requests go on; the log of the registry says so once, and how many problems there were at the
 * end. Safe for use by many threads, which write one after the other.
 */
final class RollingAuditLog implements AuditLog, AutoCloseable {

    private static final org.slf4j.Logger log = LoggerFactory.getLogger(RollingAuditLog.class);

    private static final Duration CHECK = Duration.buildByMilliseconds(100);

    private final LoggerContext context = new LoggerContext();
    private final Logger lines = context.getLogger("audit");
    private final AuditLine format;
    private final AtomicLong problems = new AtomicLong();

    RollingAuditLog(AuditSettings settings, Clock clock) {
        this.format = new AuditLine(clock);
        context.setMDCAdapter(new LogbackMDCAdapter()); // it fails without one
        context.getStatusManager().add(this::noticed);
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        Path file = settings.file();
        OutputStreamAppender<ILoggingEvent> appender =
                file == null ? new ConsoleAppender<>() : rolling(file, settings);
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        lines.setAdditive(false);
        lines.setLevel(Level.INFO);
        lines.addAppender(appender);
    }

    private RollingFileAppender<ILoggingEvent> rolling(Path file, AuditSettings settings) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setFile(file.toString());
        FixedWindowRollingPolicy files = new FixedWindowRollingPolicy();
        files.setContext(context);
        files.setParent(appender);
        files.setFileNamePattern(file + ".%i");
        files.setMinIndex(1);
        files.setMaxIndex(settings.maxFiles());
        files.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(settings.maxSize().bytes()));
        size.setCheckIncrement(CHECK);
        size.start();
        appender.setRollingPolicy(files);
        appender.setTriggeringPolicy(size);
        return appender;
    }

    private void noticed(Status status) {
        if (status.getLevel() >= Status.WARN && problems.getAndIncrement() == 0) {
            log.error(
                    "The audit log cannot be written, and requests go on without it (audit.file): {}",
                    status.getMessage());
        }
    }

    @Override
    public void write(AuditEvent event) {
        synchronized (format) { // so that lines are in the order of their times
            lines.info("{}", format.of(event));
        }
    }

    @Override
    public void close() {
        context.stop();
        if (problems.get() > 0) {
            log.warn("the audit log had {} problems and may lack lines", problems);
        }
    }
}
