package io.berth.object.disk.file;

import io.berth.object.RangeInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Reads a range of a file; ends early only with an exception. Has no buffer of its own. For one
 * thread.
 */
public final class FileRange extends RangeInputStream {

    private final FileChannel channel;
    private final long end;

    private FileRange(FileChannel channel, long position, long end) {
        super(end - position);
        this.channel = channel;
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
    protected int readSome(byte[] buffer, int offset, int length) throws IOException {
        int count = channel.read(ByteBuffer.wrap(buffer, offset, length), end - left());
        if (count < 0) {
            throw new EOFException("the file became shorter: " + left() + " bytes missing");
        }
        return count;
    }

    @Override
    public long skip(long count) {
        return skipUnread(count);
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, left());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
