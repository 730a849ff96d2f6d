package io.berth.readonly;

import io.berth.error.OperationRefusedException;
import io.berth.error.OperationRefusedException.Reason;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator has made read-only. Immutable.
 *
 * @param id differs each time the mode is switched on
 * @param repositories names, or all below a name ({@code team/**}); empty: the whole registry
 * @param by who switched it on
 * @param reason shown to clients
 * @param until when it ends by itself, by the clock of each replica; {@code null}: when it is
 *     switched off
 */
public record ReadOnlyMode(
        String id,
        List<String> repositories,
        String by,
        String reason,
        Instant since,
        @Nullable Instant until) {

    public ReadOnlyMode {
        repositories = List.copyOf(repositories);
    }

    /** Whether it has ended by itself. */
    public boolean isOver(Instant now) {
        return until != null && !now.isBefore(until);
    }

    /** What clients are told. Most of them show the message, and not the details. */
    OperationRefusedException refusal() {
        Map<String, String> detail = new LinkedHashMap<>();
        detail.put("reason", reason);
        detail.put("by", by);
        detail.put("since", since.toString());
        if (until != null) {
            detail.put("until", until.toString());
        }
        String message =
                (repositories.isEmpty() ? "the registry" : "the repository")
                        + " is read-only"
                        + (until == null ? "" : " until " + until)
                        + ": "
                        + reason;
        return new OperationRefusedException(Reason.READ_ONLY, message, detail);
    }
}
