package io.berth.object.disk.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads whole files into memory. */
public final class SmallFile {

    static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);

    private SmallFile() {}

    /**
     * Reads a file: open, size, read, close.
     *
     * @return {@code null} when it has more than {@code limit} bytes
     * @throws EOFException when the file became shorter while it was read
     */
    public static byte @Nullable [] read(Path file, int limit) throws IOException {
        try (FileChannel channel = FileChannel.open(file, READ)) {
            long size = channel.size();
            if (size > limit) {
                return null;
            }
            ByteBuffer content = ByteBuffer.allocate((int) size);
            while (content.hasRemaining()) {
                if (channel.read(content) < 0) {
                    throw new EOFException("the file became shorter");
                }
            }
            return content.array();
        }
    }
}
