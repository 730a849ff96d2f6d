package io.berth.object.disk;

import io.berth.name.Digest;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectWriter;
import io.berth.object.disk.file.FileErrors;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes an object to a temporary file and publishes that. Buffers nothing. A file that could not
 * be written or synced completely is deleted when the writer is closed. For one thread.
 */
final class DiskWriter implements ObjectWriter {

    private enum State {
        OPEN,
        /** A write or a sync failed, so that bytes may be missing. */
        FAILED,
        FINISHED
    }

    private final ObjectKey key;

    /**
     * Bytes written in one call. The Java runtime copies them to a direct buffer, and each thread
     * keeps one as large as its largest write.
     */
    private static final int MAX_WRITE = 256 * 1024;

    private final Path file;
    private final FileChannel channel;
    private final SystemCalls calls;
    private final BackgroundSync backgroundSync;
    private final Publisher publisher;
    private State state = State.OPEN;

    /**
     * @param channel open for writing on {@code file}
     */
    DiskWriter(
            ObjectKey key, Path file, FileChannel channel, SystemCalls calls, Publisher publisher) {
        this.key = key;
        this.file = file;
        this.channel = channel;
        this.calls = calls;
        this.backgroundSync = new BackgroundSync(channel, calls);
        this.publisher = publisher;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        requireOpen();
        try {
            int written = 0;
            while (written < length) {
                int count = Math.min(length - written, MAX_WRITE);
                written += channel.write(ByteBuffer.wrap(buffer, offset + written, count));
            }
            backgroundSync.added(length);
        } catch (IOException e) {
            state = State.FAILED;
            throw FileErrors.writing(key, e);
        }
    }

    @Override
    public void publish(Durability durability, @Nullable Digest content) {
        publish(Condition.always(), durability);
    }

    void publish(Condition condition, Durability durability) {
        requireOpen();
        try {
            backgroundSync.join();
            if (durability != Durability.HINT) {
                calls.syncFile(channel);
            }
            channel.close();
        } catch (IOException e) {
            state = State.FAILED;
            throw FileErrors.writing(key, e);
        }
        publisher.publish(file, key, condition, durability);
        state = State.FINISHED;
    }

    @Override
    public void close() {
        if (state == State.FINISHED) {
            return;
        }
        state = State.FINISHED;
        try {
            channel.close();
        } catch (IOException e) {
            // The file is deleted.
        }
        TemporaryFiles.delete(file);
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException("the writer is " + state + ": " + key);
        }
    }
}
