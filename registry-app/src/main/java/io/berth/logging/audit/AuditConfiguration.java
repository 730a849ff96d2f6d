package io.berth.logging.audit;

import io.berth.audit.AuditLog;
import io.berth.http.access.AccessListener;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the audit log, where it is wanted. */
@Configuration(proxyBeanMethods = false)
public class AuditConfiguration {

    /** {@code null}: none is wanted. */
    @Bean
    @Nullable AuditLog auditLog(AuditSettings settings, Clock clock) {
        return settings.enabled() ? new RollingAuditLog(settings, clock) : null;
    }

    @Bean
    AccessListener accessListener(Optional<AuditLog> log) {
        return log.<AccessListener>map(AccessAudit::new).orElse(AccessListener.NONE);
    }
}
