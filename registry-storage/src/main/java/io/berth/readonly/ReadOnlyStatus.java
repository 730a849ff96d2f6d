package io.berth.readonly;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the read-only mode is. Immutable.
 *
 * @param mode {@code null} exactly when the state is {@link State#OFF}
 * @param writes that are under way and covered, as far as replicas have said
 * @param waitingFor ids of the replicas that may still acknowledge writes
 */
public record ReadOnlyStatus(
        State state, @Nullable ReadOnlyMode mode, int writes, List<String> waitingFor) {

    /** Whether replicas write. */
    public enum State {
        OFF,
        /** New writes are refused on replicas that know it; others may still be acknowledged. */
        DRAINING,
        /** No replica acknowledges a write that the mode covers. */
        ON
    }

    static final ReadOnlyStatus NOTHING = new ReadOnlyStatus(State.OFF, null, 0, List.of());

    public ReadOnlyStatus {
        waitingFor = List.copyOf(waitingFor);
    }
}
