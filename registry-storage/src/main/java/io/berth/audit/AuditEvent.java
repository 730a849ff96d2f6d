package io.berth.audit;

import io.berth.access.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision that changed or refused something. Texts may come from clients: what writes them has
 * to encode them. Immutable.
 *
 * @param action such as {@code manifest.push}
 * @param repository {@code null}: none, or several
 * @param tags that were to be pointed at the content, or removed
 * @param digest of the content; {@code null}: there is none, or it is not known
 * @param reason of a refusal, or what is known of a failure; {@code null}: there is none
 */
public record AuditEvent(
        String action,
        Outcome outcome,
        Caller caller,
        @Nullable String repository,
        List<String> tags,
        @Nullable String digest,
        @Nullable String reason) {

    /** What became of it. */
    public enum Outcome {
        DONE,
        REFUSED,
        /** The store or the registry failed: it may have happened. */
        FAILED
    }

    public AuditEvent {
        tags = List.copyOf(tags);
    }

    /** Something that is about no content. */
    public static AuditEvent of(
            String action, Outcome outcome, Caller caller, @Nullable String reason) {
        return new AuditEvent(action, outcome, caller, null, List.of(), null, reason);
    }
}
