package io.berth.object.disk;

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
 * Syncs a file while bytes are still added to it: the disk then works while the client sends, and
 * the sync at the end finds little left. Starts with {@value #EVERY} bytes, so small files never
 * come to it.
 *
 * <p>At most one thread works for a file, and {@value #MOST_THREADS} for all; where none is free,
 * the bytes are left to the sync at the end. The next call that adds bytes or joins throws a
 * failure: the system reports it once and believes the bytes to be written afterwards, so that no
 * later sync would tell.
 *
 * <p>For one thread at a time.
 */
final class SyncAhead {

    /** Half as many bytes give a push no higher rate and cost 5 % more processor time. */
    static final long EVERY = 16L << 20;

    static final int MOST_THREADS = 8;

    private static final ThreadPoolExecutor THREADS =
            new ThreadPoolExecutor(
                    0,
                    MOST_THREADS,
                    10,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform().name("sync-ahead-", 0).daemon().factory());

    private final FileChannel file;
    private final SystemCalls calls;
    private long unsynced;

    /** The sync that was begun last; {@code null}: none, or its outcome is known. */
    private @Nullable FutureTask<Boolean> sync;

    SyncAhead(FileChannel file, SystemCalls calls) {
        this.file = file;
        this.calls = calls;
    }

    /**
     * Notes that bytes were added, and has them synced when there are enough.
     *
     * @throws IOException when bytes that were added before could not be synced
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
            // All are busy, or the system gives no more threads. The next bytes may find it else.
            unsynced = 0;
        }
    }

    /**
     * Waits for the sync that is under way. As with any sync, an interrupt does not end that: it
     * says nothing about the bytes.
     *
     * @throws IOException when it failed
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
