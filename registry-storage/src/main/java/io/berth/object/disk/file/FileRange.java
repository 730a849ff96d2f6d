package io.berth.object.disk.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Reads a range of a file; ends early only with an exception. Has no buffer of its own. For one
 * thread.
 */
public final class FileRange extends InputStream {

    private final FileChannel channel;
    private long position;
    private final long end;

    private FileRange(FileChannel channel, long position, long end) {
        this.channel = channel;
        this.position = position;
        this.end = end;
    }

    /**
     * Opens a file to read a range of it.
     *
     * @param position of the first byte
     * @param end the position after the last byte
     */
    public static FileRange open(Path file, long position, long end) throws IOException {
        return new FileRange(FileChannel.open(file, SmallFile.READ), position, end);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == end) {
            return -1;
        }
        int wanted = (int) Math.min(length, end - position);
        int count = channel.read(ByteBuffer.wrap(buffer, offset, wanted), position);
        if (count < 0) {
            throw new EOFException(
                    "the file became shorter: " + (end - position) + " bytes missing");
        }
        position += count;
        return count;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.clamp(count, 0, end - position);
        position += skipped;
        return skipped;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, end - position);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
