package io.berth.reload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a file looks without being read: another one, or another content, has another stamp. Links
 * are followed, so a link that leads elsewhere is another file, as in volumes of Kubernetes.
 *
 * @param path where links lead; {@code null} for a file that is not there
 * @param attributes when it was changed, its size, and which file it is
 */
public record FileStamp(@Nullable Path path, Map<String, Object> attributes) {

    private static final String MODIFIED = "lastModifiedTime";

    /** The stamp of a file, which need not exist. */
    public static FileStamp of(Path file) {
        try {
            Path real = file.toRealPath();
            return new FileStamp(real, Files.readAttributes(real, MODIFIED + ",size,fileKey"));
        } catch (IOException e) {
            return new FileStamp(null, Map.of());
        }
    }

    /** When the file was modified; empty where it is not there. */
    Optional<FileTime> modified() {
        return Optional.ofNullable((FileTime) attributes.get(MODIFIED));
    }
}
