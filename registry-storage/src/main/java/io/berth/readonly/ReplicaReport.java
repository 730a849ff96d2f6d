package io.berth.readonly;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a replica says about itself, in a document of its own.
 *
 * @param mode the id of the mode that it has seen; {@code null}: none
 * @param writes that the mode covers and that are under way
 * @param at when it said so, by its clock
 */
record ReplicaReport(@Nullable String mode, int writes, Instant at) {

    boolean hasStopped(ReadOnlyMode expected) {
        return writes == 0 && expected.id().equals(mode);
    }
}
