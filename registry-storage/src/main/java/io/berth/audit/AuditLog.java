package io.berth.audit;

/** Takes note of decisions, in their order. Safe for use by many threads. */
@FunctionalInterface
public interface AuditLog {

    /** Writes an event down before it returns. Throws nothing: requests go on without the log. */
    void write(AuditEvent event);
}
