package io.berth.object.disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a file whole: open, size, read, close. */
final class SmallFile {

    static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);

    private SmallFile() {}

    /**
     * @return {@code null} when there are more than {@code limit} bytes
     * @throws EOFException when the file became shorter while it was read
     */
    static byte @Nullable [] read(Path file, int limit) throws IOException {
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
