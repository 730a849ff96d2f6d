package io.berth.server.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a file looks without being read: another one, or another content, has another stamp.
 *
 * @param path where links lead; {@code null} for a file that is not there
 * @param attributes when it was changed, its size, and which file it is
 */
record FileStamp(@Nullable Path path, Map<String, Object> attributes) {

    static FileStamp of(Path file) {
        try {
            Path real = file.toRealPath();
            return new FileStamp(real, Files.readAttributes(real, "lastModifiedTime,size,fileKey"));
        } catch (IOException e) {
            return new FileStamp(null, Map.of());
        }
    }
}
