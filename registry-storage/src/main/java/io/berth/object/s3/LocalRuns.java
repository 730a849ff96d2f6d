package io.berth.object.s3;

import io.berth.object.ObjectKey;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last bytes of staged objects, for the next handle that is opened here: with them it need not
 * read what it adds to. Each lies under the state that it belongs to, so that it is never taken for
 * another's. The oldest go first when there are too many or too large ones.
 */
final class LocalRuns implements AutoCloseable {

    static final int MOST = 64;
    static final long MOST_BYTES = 256L << 20;

    /**
     * @param state of the staged object
     * @param start offset of the first byte
     * @param boundary see {@link StagedPieces}
     */
    record Run(String state, long start, long boundary, SpooledBytes bytes) {}

    private final Map<ObjectKey, Run> runs = new LinkedHashMap<>();
    private long size;

    /** The run is then this cache's to close. */
    synchronized void put(ObjectKey key, Run run) {
        drop(key);
        runs.put(key, run);
        size += run.bytes().size();
        Iterator<ObjectKey> oldest = runs.keySet().iterator();
        while (runs.size() > MOST || size > MOST_BYTES) {
            Run dropped = runs.get(oldest.next());
            oldest.remove();
            close(dropped);
        }
    }

    /** The run is then the caller's to close; {@code null} when there is none of this state. */
    synchronized @Nullable Run take(ObjectKey key, String state) {
        Run run = runs.get(key);
        if (run == null || !run.state().equals(state)) {
            return null;
        }
        runs.remove(key);
        size -= run.bytes().size();
        return run;
    }

    synchronized void drop(ObjectKey key) {
        close(runs.remove(key));
    }

    private void close(@Nullable Run run) {
        if (run != null) {
            size -= run.bytes().size();
            run.bytes().close();
        }
    }

    @Override
    public synchronized void close() {
        runs.values().forEach(run -> run.bytes().close());
        runs.clear();
        size = 0;
    }
}
