package io.berth.logging.audit;

import io.berth.access.Caller;
import io.berth.access.Scope;
import io.berth.audit.AuditEvent;
import io.berth.audit.AuditEvent.Outcome;
import io.berth.audit.AuditLog;
import io.berth.http.access.AccessListener;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Writes down refused requests and failed logins, {@value #PER_SECOND} a second at most. Of what is
 * left out, the next line says how much it was. Safe for use by many threads.
 */
final class AccessAudit implements AccessListener {

    static final int PER_SECOND = 20;

    private static final long SECOND = 1_000_000_000L;

    private final AuditLog log;
    private final LongSupplier nanos;
    private long second;
    private int written;
    private long leftOut;

    AccessAudit(AuditLog log) {
        this(log, System::nanoTime);
    }

    AccessAudit(AuditLog log, LongSupplier nanos) {
        this.log = log;
        this.nanos = nanos;
        this.second = nanos.getAsLong();
    }

    @Override
    public void loginFailed(Caller client, String user) {
        write("login", client, user.isEmpty() ? "" : "as " + user);
    }

    @Override
    public void denied(Caller caller, List<Scope> needed) {
        write(
                "access",
                caller,
                needed.stream().map(Scope::toString).collect(Collectors.joining(" ")));
    }

    private void write(String action, Caller caller, String reason) {
        long missing;
        synchronized (this) {
            if (nanos.getAsLong() - second >= SECOND) {
                second = nanos.getAsLong();
                written = 0;
            }
            if (written >= PER_SECOND) {
                leftOut++;
                return;
            }
            written++;
            missing = leftOut;
            leftOut = 0;
        }
        String before = missing == 0 ? "" : " (" + missing + " refusals before this were left out)";
        log.write(AuditEvent.of(action, Outcome.REFUSED, caller, (reason + before).strip()));
    }
}
