package io.berth.object.disk.folder;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.object.disk.file.FileState;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads the names in folders, and caches those of large folders, so that a page of a listing does
 * not read the whole folder. Safe for several threads.
 *
 * <p><b>Concurrent reads of a folder are coalesced.</b> A request takes the result of a read that
 * began after it, or that began when the folder was in the state that the request has seen.
 *
 * <p><b>An entry is checked against the folder's time of modification</b> at each use, as other
 * processes may change the folder. The resolution of that time is coarse: a change right after the
 * read may leave it as it was. So names are cached only if the time lay well in the past when they
 * were read. (Git trusts its index under the same rule.) On a network file system this requires
 * clocks that agree to within {@link FileState#COARSE}.
 *
 * <p><b>Changes by this process are applied to the entry</b>, so that pages stay cheap while it
 * adds and removes names: {@link #change} looks at the time before and after it. If the time before
 * is the one of the entry, the names with this change are those of the time after. This does not
 * notice a name that another process adds or removes in these microseconds, or in the same tick of
 * the file system's clock. Therefore a folder that this process changed is read again while it is
 * listed: after {@link FileState#COARSE}, or, where a read takes long, after {@link
 * #RECHECK_FACTOR} times as long, but after {@link #MAX_RECHECK} at the latest. For so long the
 * change of another process may be missed. A change by this process is never missed.
 *
 * <p>Memory: half of the given amount for entries; a folder with more than a quarter is read in
 * parts, and again for each part. One large folder is read at a time, which takes the other half.
 */
public final class FolderNameCache {

    /** Reads that only recheck an entry take at most one part in so many of the time. */
    private static final int RECHECK_FACTOR = 50;

    /** However long a read takes, the change of another process is not missed for longer. */
    private static final Duration MAX_RECHECK = Duration.ofSeconds(10);

    /** Number of names; a smaller folder is read as fast as an entry is checked. */
    private static final int MIN_CACHED = 64;

    /** Bytes of an entry besides the names, mostly those of the path. */
    private static final int ENTRY_OVERHEAD = 500;

    /**
     * A change of one name in a folder.
     *
     * @param <T> {@code false} means that nothing was changed
     */
    public interface Change<T> {

        /** Makes the change. */
        T run() throws IOException;
    }

    /** What a change does. */
    public enum Kind {

        /** Creates or replaces a file. */
        ADDS_FILE,

        /** Creates a folder. */
        ADDS_FOLDER,

        /** Removes a file or a folder. */
        REMOVES;

        SortedNames applied(SortedNames names, String name) {
            return this == REMOVES ? names.without(name) : names.with(name, this == ADDS_FOLDER);
        }
    }

    /**
     * The names of a large folder.
     *
     * @param number of the read
     * @param state of the folder when it had these names
     * @param isExact whether any later change shows in the state
     * @param isOurs whether the state is the result of a change by this process
     * @param recheckAt {@link System#nanoTime} from which on names in such a state are read again
     * @param took nanoseconds that the read took
     */
    record Entry(
            long number,
            FileState state,
            SortedNames names,
            boolean isExact,
            boolean isOurs,
            long recheckAt,
            long took) {

        int weight() {
            return ENTRY_OVERHEAD + Math.toIntExact(names.weight());
        }

        /**
         * Whether the names are those of the folder in its current state.
         *
         * @param isBeingRead whether the folder is being read again already
         */
        boolean isValidFor(FileState seen, boolean isBeingRead) {
            boolean isDue = isOurs && System.nanoTime() - recheckAt >= 0;
            return isExact && state.equals(seen) && (isBeingRead || !isDue);
        }

        /** The entry after a change by this process. */
        Entry changed(FileState before, FileState after, Kind kind, String name) {
            return new Entry(
                    number,
                    after,
                    kind.applied(names, name),
                    isExact && state.equals(before),
                    true,
                    isOurs ? recheckAt : recheckAt(took),
                    took);
        }

        static long recheckAt(long took) {
            return System.nanoTime() + recheckAfter(took);
        }
    }

    /** Nanoseconds after which names are read again; {@code took} is how long a read takes. */
    static long recheckAfter(long took) {
        return Math.clamp(RECHECK_FACTOR * took, FileState.COARSE.toNanos(), MAX_RECHECK.toNanos());
    }

    private final SystemCalls calls;
    private final long maxFolderBytes;
    private final Cache<Path, Entry> cache;
    private final Map<Path, PendingRead> pending = new ConcurrentHashMap<>();
    private final AtomicLong begun = new AtomicLong();
    private final Semaphore large = new Semaphore(1);

    /**
     * Keep a folder and its entry consistent. Striped: folders that share a lock wait for each
     * other.
     */
    private final Object[] locks = new Object[256];

    /**
     * An empty cache.
     *
     * @param memory bytes that names may take
     */
    public FolderNameCache(SystemCalls calls, long memory) {
        this.calls = calls;
        this.maxFolderBytes = memory / 4;
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(memory / 2)
                        .weigher((Path folder, Entry entry) -> entry.weight())
                        .executor(Runnable::run)
                        .build();
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new Object();
        }
    }

    /**
     * The names in a folder that can be part of a key; none where the folder does not exist any
     * more. Either all of them, or, where they take too much memory, those that sort after {@code
     * after}, up to {@link SortedNames#last}, and those that are prefixes of {@code after}.
     *
     * @param attributes of the folder, read just before
     * @throws IOException when the folder cannot be read
     */
    public SortedNames names(Path folder, BasicFileAttributes attributes, String after)
            throws IOException {
        long arrived = begun.get();
        FileState seen = FileState.of(attributes);
        while (seen != null) {
            PendingRead reading;
            boolean isMine;
            boolean serves;
            synchronized (lock(folder)) {
                Entry entry = cache.getIfPresent(folder);
                if (entry != null && !entry.state().equals(seen)) {
                    seen = state(folder); // the entry may have a later change by this process
                    if (seen == null) {
                        break;
                    }
                }
                reading = pending.get(folder);
                if (entry != null
                        && (entry.number() > arrived || entry.isValidFor(seen, reading != null))) {
                    return entry.names();
                }
                isMine = reading == null;
                if (reading == null) {
                    boolean isOurs = entry != null && entry.isOurs() && entry.state().equals(seen);
                    reading = new PendingRead(begun.incrementAndGet(), seen, isOurs);
                    pending.put(folder, reading);
                }
                serves = reading.serves(arrived, seen);
            }
            FolderScan.Result read = isMine ? read(folder, reading, after) : reading.await();
            if (isMine || (serves && read.all())) {
                return read.names();
            }
            if (serves) {
                return scan(folder, after).names();
            }
            seen = state(folder);
        }
        return SortedNames.NONE;
    }

    private FolderScan.Result scan(Path folder, String after) throws IOException {
        return new FolderScan(calls, folder, after, maxFolderBytes, large).run();
    }

    private FolderScan.Result read(Path folder, PendingRead reading, String after)
            throws IOException {
        long start = System.nanoTime();
        try {
            FolderScan.Result read = scan(folder, after);
            return end(folder, reading, read, System.nanoTime() - start);
        } catch (IOException | RuntimeException | Error e) {
            synchronized (lock(folder)) {
                cache.invalidate(folder);
                pending.remove(folder);
            }
            reading.fail(e);
            throw e;
        }
    }

    private FolderScan.Result end(
            Path folder, PendingRead reading, FolderScan.Result read, long took) {
        synchronized (lock(folder)) {
            FolderScan.Result result = reading.withChanges(read);
            if (result.all() && result.names().count() >= MIN_CACHED) {
                cache.put(folder, reading.entry(result.names(), took));
            } else {
                cache.invalidate(folder);
            }
            pending.remove(folder);
            reading.complete(result);
            return result;
        }
    }

    /**
     * Makes a change of a name in a folder, and applies it to the folder's entry. Where the state
     * of the folder cannot be read after the change, the entry is removed.
     *
     * @throws IOException what the change throws; or, when nothing was changed, that the state of
     *     the folder cannot be read
     */
    public <T> T change(Path folder, String name, Kind kind, Change<T> change) throws IOException {
        synchronized (lock(folder)) {
            if (cache.getIfPresent(folder) == null && !pending.containsKey(folder)) {
                return change.run();
            }
            try {
                FileState before = state(folder);
                T result = change.run();
                if (Boolean.FALSE.equals(result)) {
                    return result;
                }
                FileState after = stateAfterChange(folder);
                if (before == null || after == null) {
                    forget(folder);
                } else {
                    applyToKnown(folder, before, after, kind, name);
                }
                return result;
            } catch (FileAlreadyExistsException
                    | NoSuchFileException
                    | DirectoryNotEmptyException e) {
                throw e; // these mean that nothing was changed
            } catch (IOException | RuntimeException | Error e) {
                forget(folder);
                throw e;
            }
        }
    }

    private void applyToKnown(
            Path folder, FileState before, FileState after, Kind kind, String name) {
        PendingRead reading = pending.get(folder);
        if (reading != null) {
            reading.changed(before, after, kind, name);
        }
        Entry entry = cache.getIfPresent(folder);
        if (entry != null) {
            cache.put(folder, entry.changed(before, after, kind, name));
        }
    }

    /**
     * Removes the entry of a folder; to be called when it was removed or changed in another way.
     */
    public void forget(Path folder) {
        synchronized (lock(folder)) {
            cache.invalidate(folder);
            PendingRead reading = pending.get(folder);
            if (reading != null) {
                reading.invalidate();
            }
        }
    }

    /** {@code null} when the folder does not exist. */
    private @Nullable FileState state(Path folder) throws IOException {
        try {
            return FileState.of(calls.attributes(folder));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * {@code null} when the folder does not exist or its state cannot be read. The change was made
     * and is reported as made in any case.
     */
    private @Nullable FileState stateAfterChange(Path folder) {
        try {
            return state(folder);
        } catch (IOException e) {
            return null;
        }
    }

    /** Estimated bytes of all entries. */
    long cachedBytes() {
        cache.cleanUp();
        return cache.policy().eviction().orElseThrow().weightedSize().orElseThrow();
    }

    private Object lock(Path folder) {
        return locks[Math.floorMod(folder.hashCode(), locks.length)];
    }
}
