package io.berth.object.disk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Names in folders, those of large ones kept so that a page of a listing does not read the whole
 * folder. Safe for several threads.
 *
 * <p><b>One reading serves all who wait.</b> A request takes the result of a reading that began
 * after it, or that began when the folder was as it is.
 *
 * <p><b>What is kept is checked by the folder's own time of change</b>, at each use, for other
 * processes may change the folder. That time is coarse: a change right after the reading may leave
 * it as it was. So names are kept only if it lay well in the past as they were read. (Git trusts
 * its index under the same rule.) On a network file system this takes clocks that agree to within
 * {@link FileState#COARSE}.
 *
 * <p><b>Changes by this process are taken over</b>, so that pages stay cheap while it adds and
 * removes names: {@link #change} looks at the time before and after it. If the time before is the
 * one that is known, the names with this change are those of the time after. A name that another
 * process adds or removes in these microseconds, or in the same tick of the file system's clock, is
 * not noticed by that. Therefore a folder that this process changed is read again while it is
 * listed: after {@link FileState#COARSE}, or where that takes long {@link #SELDOM} times as long,
 * and {@link #LONGEST} at the most. So long the change of another process may be missed. A change
 * by this process is never missed.
 *
 * <p>Memory: half of what is given for names that are kept; a folder with more than a quarter is
 * read in parts, again for each. One large folder is read at a time, which takes the other half.
 */
final class FolderReader {

    /** Of the time, a reading to make sure takes one part in so many at the most. */
    private static final int SELDOM = 50;

    /** However long a reading takes, another process's change is not hidden for longer. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** Below, reading again costs about as much as finding out that nothing has changed. */
    private static final int LARGE = 64;

    /** What an entry takes besides, the path for the most part. */
    private static final int OVERHEAD = 500;

    /** A change of one name in a folder. */
    interface Change<T> {
        T run() throws IOException;
    }

    /** What a change does to a name. */
    enum Kind {
        ADDS_FILE,
        ADDS_FOLDER,
        REMOVES;

        private FolderNames applied(FolderNames names, String name) {
            return this == REMOVES ? names.without(name) : names.with(name, this == ADDS_FOLDER);
        }
    }

    /**
     * What was read of a large folder.
     *
     * @param number of the reading
     * @param state of the folder that the names are about
     * @param isExact whether a later change by anyone shows in the state
     * @param isOurs whether the state is what a change by this process left
     * @param doubtfulFrom {@link System#nanoTime} from which on such names are read again
     * @param took nanoseconds that reading them took
     */
    private record Known(
            long number,
            FileState state,
            FolderNames names,
            boolean isExact,
            boolean isOurs,
            long doubtfulFrom,
            long took) {

        int weight() {
            return OVERHEAD + Math.toIntExact(names.weight());
        }

        /**
         * Whether the names are those of a folder.
         *
         * @param isBeingRead whether it is being made sure already
         */
        boolean areOf(FileState seen, boolean isBeingRead) {
            boolean isDoubtful = isOurs && System.nanoTime() - doubtfulFrom >= 0;
            return isExact && state.equals(seen) && (isBeingRead || !isDoubtful);
        }

        /** After a change by this process. */
        Known changed(FileState before, FileState after, Kind kind, String name) {
            return new Known(
                    number,
                    after,
                    kind.applied(names, name),
                    isExact && state.equals(before),
                    true,
                    isOurs ? doubtfulFrom : doubtfulFrom(took),
                    took);
        }

        static long doubtfulFrom(long took) {
            return System.nanoTime() + doubtfulAfter(took);
        }
    }

    /** A reading under way; what can change is guarded by the lock of its folder. */
    private static final class Reading {

        private record Done(Kind kind, String name) {}

        private final long number;
        private final CompletableFuture<FolderScan.Result> result = new CompletableFuture<>();
        private final List<Done> meanwhile = new ArrayList<>();
        private FileState state;
        private boolean isOurs;
        private boolean isExact;

        /**
         * @param isOurs whether the last change was made by this process
         */
        Reading(long number, FileState state, boolean isOurs) {
            this.number = number;
            this.state = state;
            this.isOurs = isOurs && !state.isSettled();
            this.isExact = isOurs || state.isSettled();
        }

        /** Whether it gives everything that was there before a request. */
        boolean serves(long arrived, FileState seen) {
            return number > arrived || (isExact && state.equals(seen));
        }

        void changed(FileState before, FileState after, Kind kind, String name) {
            meanwhile.add(new Done(kind, name));
            isExact &= state.equals(before);
            isOurs = true;
            state = after;
        }

        void lost() {
            isExact = false;
        }

        FolderScan.Result with(FolderScan.Result read) {
            FolderNames names = read.names();
            for (Done done : read.all() ? meanwhile : List.<Done>of()) {
                names = done.kind().applied(names, done.name());
            }
            return new FolderScan.Result(names, read.all());
        }

        /** What is to be kept of it: if it is not exact, for those who wait for it. */
        Known known(FolderNames names, long took) {
            return new Known(number, state, names, isExact, isOurs, Known.doubtfulFrom(took), took);
        }

        FolderScan.Result await() throws IOException {
            try {
                return result.join();
            } catch (CompletionException e) {
                throw new IOException("the folder could not be read", e.getCause());
            }
        }
    }

    /** Nanoseconds after which names are read again that took so many to read. */
    static long doubtfulAfter(long took) {
        return Math.clamp(SELDOM * took, FileState.COARSE.toNanos(), LONGEST.toNanos());
    }

    private final SystemCalls calls;
    private final long mostPerFolder;
    private final Cache<Path, Known> known;
    private final Map<Path, Reading> underWay = new ConcurrentHashMap<>();
    private final AtomicLong begun = new AtomicLong();
    private final Semaphore large = new Semaphore(1);

    /**
     * Hold what is kept about a folder and the folder together. Of a bounded number; two folders
     * may share one and then wait for each other.
     */
    private final Object[] locks = new Object[256];

    /**
     * @param memory bytes that names may take
     */
    FolderReader(SystemCalls calls, long memory) {
        this.calls = calls;
        this.mostPerFolder = memory / 4;
        this.known =
                Caffeine.newBuilder()
                        .maximumWeight(memory / 2)
                        .weigher((Path folder, Known kept) -> kept.weight())
                        .executor(Runnable::run)
                        .build();
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new Object();
        }
    }

    /**
     * Names that a key may have; none where there is no folder any more. Either all of them, or
     * those behind {@code after}, as far as {@link FolderNames#reachesEnd} tells, and those that
     * {@code after} begins with.
     *
     * @param attributes of the folder, read just before
     */
    FolderNames names(Path folder, BasicFileAttributes attributes, String after)
            throws IOException {
        long arrived = begun.get();
        FileState seen = FileState.of(attributes);
        while (seen != null) {
            Reading reading;
            boolean isMine;
            boolean serves;
            synchronized (lock(folder)) {
                Known kept = known.getIfPresent(folder);
                if (kept != null && !kept.state().equals(seen)) {
                    seen = state(folder); // we may have changed it since, which is known
                    if (seen == null) {
                        break;
                    }
                }
                reading = underWay.get(folder);
                if (kept != null
                        && (kept.number() > arrived || kept.areOf(seen, reading != null))) {
                    return kept.names();
                }
                isMine = reading == null;
                if (reading == null) {
                    boolean isOurs = kept != null && kept.isOurs() && kept.state().equals(seen);
                    reading = new Reading(begun.incrementAndGet(), seen, isOurs);
                    underWay.put(folder, reading);
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
        return FolderNames.NONE;
    }

    private FolderScan.Result scan(Path folder, String after) throws IOException {
        return new FolderScan(calls, folder, after, mostPerFolder, large).run();
    }

    private FolderScan.Result read(Path folder, Reading reading, String after) throws IOException {
        long start = System.nanoTime();
        try {
            FolderScan.Result read = scan(folder, after);
            return end(folder, reading, read, System.nanoTime() - start);
        } catch (IOException | RuntimeException | Error e) {
            synchronized (lock(folder)) {
                known.invalidate(folder);
                underWay.remove(folder);
            }
            reading.result.completeExceptionally(e);
            throw e;
        }
    }

    private FolderScan.Result end(Path folder, Reading reading, FolderScan.Result read, long took) {
        synchronized (lock(folder)) {
            FolderScan.Result result = reading.with(read);
            if (result.all() && result.names().count() >= LARGE) {
                known.put(folder, reading.known(result.names(), took));
            } else {
                known.invalidate(folder);
            }
            underWay.remove(folder);
            reading.result.complete(result);
            return result;
        }
    }

    /**
     * Makes a change of a name in a folder, and takes it over into what is known of that folder.
     * Where the folder cannot be looked at after the change, what is known of it is forgotten. A
     * change that gives {@code false} has changed nothing.
     *
     * @throws IOException what the change throws, or that the folder cannot be looked at before it;
     *     nothing is changed then, unless the change says otherwise
     */
    <T> T change(Path folder, String name, Kind kind, Change<T> change) throws IOException {
        synchronized (lock(folder)) {
            if (known.getIfPresent(folder) == null && !underWay.containsKey(folder)) {
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
                    takeOver(folder, before, after, kind, name);
                }
                return result;
            } catch (FileAlreadyExistsException
                    | NoSuchFileException
                    | DirectoryNotEmptyException e) {
                throw e; // which is to say that nothing was changed
            } catch (IOException | RuntimeException | Error e) {
                forget(folder);
                throw e;
            }
        }
    }

    private void takeOver(Path folder, FileState before, FileState after, Kind kind, String name) {
        Reading reading = underWay.get(folder);
        if (reading != null) {
            reading.changed(before, after, kind, name);
        }
        Known kept = known.getIfPresent(folder);
        if (kept != null) {
            known.put(folder, kept.changed(before, after, kind, name));
        }
    }

    /** To be called when a folder was changed in another way, or removed. */
    void forget(Path folder) {
        synchronized (lock(folder)) {
            known.invalidate(folder);
            Reading reading = underWay.get(folder);
            if (reading != null) {
                reading.lost();
            }
        }
    }

    /** {@code null}: there is no such folder. */
    private @Nullable FileState state(Path folder) throws IOException {
        try {
            return FileState.of(calls.attributes(folder));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * {@code null}: there is no such folder, or it cannot be looked at. A change that was made is
     * reported as made all the same.
     */
    private @Nullable FileState stateAfterChange(Path folder) {
        try {
            return state(folder);
        } catch (IOException e) {
            return null;
        }
    }

    /** Memory taken by what is kept, about. */
    long keptBytes() {
        known.cleanUp();
        return known.policy().eviction().orElseThrow().weightedSize().orElseThrow();
    }

    private Object lock(Path folder) {
        return locks[Math.floorMod(folder.hashCode(), locks.length)];
    }
}
