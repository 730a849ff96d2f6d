package io.berth.object.disk.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads whole files into memory. */
public final class SmallFile {

    static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);

    private SmallFile() {}

    /**
     * Reads a file: stat, open, size, read, close. To open a pipe would wait for a writer.
     *
     * @return {@code null} when it has more than {@code limit} bytes
     * @throws NoSuchFileException also when it is not a regular file
     * @throws EOFException when the file became shorter while it was read
     */
    public static byte @Nullable [] read(Path file, int limit) throws IOException {
        requireRegular(file, Files.readAttributes(file, BasicFileAttributes.class));
        return readRegular(file, limit);
    }

    /**
     * @throws NoSuchFileException when the attributes are not those of a regular file
     */
    public static void requireRegular(Path file, BasicFileAttributes attributes)
            throws NoSuchFileException {
        if (!attributes.isRegularFile()) {
            throw new NoSuchFileException(file.toString(), null, "not a regular file");
        }
    }

    /**
     * As {@link #read}, of a file that was just seen to be a regular one: open, size, read, close.
     */
    public static byte @Nullable [] readRegular(Path file, int limit) throws IOException {
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
