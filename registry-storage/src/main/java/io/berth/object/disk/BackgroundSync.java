package io.berth.object.disk;

import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Syncs a file in the background while bytes are still added to it: the disk works while the client
 * sends, and the last sync finds little left. Begins a sync for every {@value #EVERY} bytes, so
 * that small files are not affected.
 *
 * <p>At most one thread works for a file, and {@value #MAX_THREADS} for all files; where none is
 * free, the bytes are left to the last sync. The next call of {@link #added} or {@link #join}
 * throws the failure of a sync: the operating system reports it once and considers the bytes
 * written afterwards, so that no later sync would report it.
 *
 * <p>For one thread at a time.
 */
final class BackgroundSync {

    /** Bytes. Half as many make a push no faster and cost 5 % more processor time. */
    static final long EVERY = 16L << 20;

    static final int MAX_THREADS = 8;

    private static final ThreadPoolExecutor THREADS =
            new ThreadPoolExecutor(
                    0,
                    MAX_THREADS,
                    10,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform().name("background-sync-", 0).daemon().factory());

    private final FileChannel file;
    private final SystemCalls calls;
    private long unsynced;

    /** The latest sync; {@code null} when there is none, or its outcome is known. */
    private @Nullable FutureTask<Boolean> sync;

    BackgroundSync(FileChannel file, SystemCalls calls) {
        this.file = file;
        this.calls = calls;
    }

    /**
     * Notes that bytes were added, and begins a sync when there are enough.
     *
     * @throws IOException when an earlier sync failed
     */
    void added(int bytes) throws IOException {
        unsynced += bytes;
        if (unsynced >= EVERY && (sync == null || sync.isDone())) {
            join();
            begin();
        }
    }

    private void begin() {
        FutureTask<Boolean> next =
                new FutureTask<>(
                        () -> {
                            calls.syncFile(file);
                            return true;
                        });
        try {
            THREADS.execute(next);
            sync = next;
            unsynced = 0;
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // All threads are busy, or no more can be started. Later bytes begin a sync again.
            unsynced = 0;
        }
    }

    /**
     * Waits for a sync that is under way. As with any sync, an interrupt does not end the wait.
     *
     * @throws IOException when the sync failed
     */
    void join() throws IOException {
        FutureTask<Boolean> begun = sync;
        boolean interrupted = false;
        try {
            while (begun != null) {
                try {
                    begun.get();
                    begun = null;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            sync = null;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure
                    ? failure
                    : new IOException("bytes could not be synced", e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
