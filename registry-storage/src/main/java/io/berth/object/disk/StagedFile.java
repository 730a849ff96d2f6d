package io.berth.object.disk;

import io.berth.name.Digest;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.BytesLost;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.StagedObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Staged bytes in the file of their own key, which is where other registries keep and look for
 * them. They are synced when they are published; those of large files ahead of that as well.
 *
 * <p>After a sync that failed the file is dropped: the system believes its bytes to be written, so
 * that reading them again would find nothing wrong, nor would another sync.
 */
final class StagedFile implements StagedObject {

    private final ObjectKey key;
    private final Path file;
    private final FileChannel channel;
    private final SystemCalls calls;
    private final SyncAhead ahead;
    private final FileTree tree;
    private final Sentinel sentinel;
    private final Publisher publisher;
    private long size;
    private boolean finished;

    /**
     * @param channel open for writing on the file of {@code key}
     * @param size of the file
     */
    StagedFile(
            ObjectKey key,
            FileChannel channel,
            long size,
            SystemCalls calls,
            FileTree tree,
            Sentinel sentinel,
            Publisher publisher) {
        this.key = key;
        this.file = tree.file(key);
        this.channel = channel;
        this.size = size;
        this.calls = calls;
        this.ahead = new SyncAhead(channel, calls);
        this.tree = tree;
        this.sentinel = sentinel;
        this.publisher = publisher;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void append(byte[] buffer, int offset, int length) {
        requireOpen();
        sentinel.requireLock(); // another process may have the session
        ByteBuffer bytes = ByteBuffer.wrap(buffer, offset, length);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes, size + bytes.position() - offset);
            }
        } catch (IOException e) {
            dropBehind(size, e);
            throw Failures.writing(key, e);
        }
        size += length;
        try {
            ahead.added(length);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /**
     * They are in the file, which a crash of this process leaves as it is. Where a sync is under
     * way its outcome is waited for: another handle would not learn of it.
     */
    @Override
    public void keep() {
        requireOpen();
        try {
            ahead.join();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Drops the file as far as it can be: the caller must not use its key again either. */
    private BytesLost lost(IOException failure) {
        try {
            channel.truncate(0);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        finish();
        try {
            publisher.delete(key, Condition.always());
        } catch (ObjectStoreException e) {
            failure.addSuppressed(e);
        }
        return Failures.syncing(key, failure);
    }

    /** A file has one writer at a time, so its length tells its contents apart. */
    @Override
    public String state() {
        return Long.toString(size);
    }

    /** So that whoever resumes finds the size that was last told. */
    private void dropBehind(long size, IOException failure) {
        try {
            channel.truncate(size);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void truncate(long size) {
        requireOpen();
        if (size < 0 || size > this.size) {
            throw new IllegalArgumentException("truncate " + this.size + " bytes to " + size);
        }
        try {
            channel.truncate(size);
        } catch (IOException e) {
            throw Failures.writing(key, e);
        }
        this.size = size;
    }

    @Override
    public InputStream read() {
        requireOpen();
        try {
            return FileRange.open(file, 0, size);
        } catch (IOException e) {
            ObjectStoreException failure = Failures.reading(key, file, e);
            throw failure instanceof NotFound ? sentinel.absent(key) : failure;
        }
    }

    @Override
    public void publish(ObjectKey target, Durability durability, @Nullable Digest content) {
        requireOpen();
        try {
            ahead.join();
            requireSize();
            if (durability != Durability.HINT) {
                calls.syncFile(channel);
            }
        } catch (IOException e) {
            throw lost(e);
        }
        try {
            publisher.publish(file, target, Condition.always(), durability);
        } catch (Unavailable e) {
            if (Files.notExists(file)) {
                throw sentinel.absent(key);
            }
            throw e;
        }
        tree.pruneAbove(file);
        finish();
    }

    /** A write that failed may have left bytes behind the end that could not be dropped then. */
    private void requireSize() throws IOException {
        long found = channel.size();
        if (found < size) {
            throw new IOException("the file has " + found + " bytes in place of " + size);
        }
        if (found > size) {
            channel.truncate(size);
        }
    }

    @Override
    public void discard() {
        finish();
        publisher.delete(key, Condition.always());
    }

    /** Waits for a sync that is under way, as {@link #keep} does and for the same reason. */
    @Override
    public void close() {
        if (finished) {
            return;
        }
        try {
            ahead.join();
        } catch (IOException e) {
            throw lost(e);
        }
        finish();
    }

    private void finish() {
        finished = true;
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is buffered that could be lost by it.
        }
    }

    private void requireOpen() {
        if (finished) {
            throw new IllegalStateException("the handle is finished: " + key);
        }
    }
}
