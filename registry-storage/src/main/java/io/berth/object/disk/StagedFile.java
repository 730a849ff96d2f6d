package io.berth.object.disk;

import io.berth.name.Digest;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.BytesLost;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.StagedObject;
import io.berth.object.disk.file.FileErrors;
import io.berth.object.disk.file.FileRange;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Staged bytes in the file of their own key, where other registries expect them, too. They are
 * synced when they are published; those of large files also in the background before that.
 *
 * <p>After a failed sync the file is deleted: the operating system considers its bytes written, so
 * that neither a read nor another sync would report the loss.
 *
 * <p>For one thread at a time.
 */
final class StagedFile implements StagedObject {

    private final ObjectKey key;
    private final Path file;
    private final FileChannel channel;
    private final SystemCalls calls;
    private final BackgroundSync backgroundSync;
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
        this.backgroundSync = new BackgroundSync(channel, calls);
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
        sentinel.requireLock(); // another process may be writing to the session
        ByteBuffer bytes = ByteBuffer.wrap(buffer, offset, length);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes, size + bytes.position() - offset);
            }
        } catch (IOException e) {
            truncateTo(size, e);
            throw FileErrors.writing(key, e);
        }
        size += length;
        try {
            backgroundSync.added(length);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /**
     * The bytes are in the file, which survives a crash of this process. Waits for a sync that is
     * under way, as another handle would not learn of its failure.
     */
    @Override
    public void keep() {
        requireOpen();
        try {
            backgroundSync.join();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Deletes the file if possible; the caller must not use its key again in any case. */
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
        return FileErrors.syncing(key, failure);
    }

    /** A file has one writer at a time, so that its length identifies its content. */
    @Override
    public String state() {
        return Long.toString(size);
    }

    /** Removes bytes after {@code size}, so that a resumed upload finds the size reported last. */
    private void truncateTo(long size, IOException failure) {
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
            throw FileErrors.writing(key, e);
        }
        this.size = size;
    }

    @Override
    public InputStream read() {
        requireOpen();
        try {
            return FileRange.open(file, 0, size);
        } catch (IOException e) {
            throw sentinel.readFailure(key, file, e);
        }
    }

    @Override
    public void publish(ObjectKey target, Durability durability, @Nullable Digest content) {
        requireOpen();
        try {
            backgroundSync.join();
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

    /** A failed write may have left bytes after the end that could not be removed at that time. */
    private void requireSize() throws IOException {
        long found = channel.size();
        if (found < size) {
            throw new IOException("the file has " + found + " bytes instead of " + size);
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

    /** Waits for a sync that is under way, for the same reason as {@link #keep}. */
    @Override
    public void close() {
        if (finished) {
            return;
        }
        try {
            backgroundSync.join();
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
            // No bytes are buffered that could be lost.
        }
    }

    private void requireOpen() {
        if (finished) {
            throw new IllegalStateException("the handle is finished: " + key);
        }
    }
}
