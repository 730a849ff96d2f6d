package io.berth.object.disk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.object.ObjectKey;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Names in folders, those of large ones remembered so that a page of a listing does not read the
 * whole folder again.
 *
 * <p>Anyone may change a folder, so what is remembered counts only while the folder's own time of
 * change is the same. That time is coarse: a change right after reading may leave it as it was. So
 * names are remembered only when it lay well in the past as they were read; any later change then
 * shows. (Git trusts its index under the same rule.) On a network file system this takes clocks
 * that agree to within {@link #COARSE}.
 */
final class FolderReader {

    /** The coarsest clock of the file systems in use is FAT's, of two seconds. */
    private static final Duration COARSE = Duration.ofSeconds(2);

    private static final long MEMORY = 32 << 20;

    /** Below, reading again costs about as much as finding out that nothing has changed. */
    private static final int LARGE = 64;

    /** What an entry takes besides, the path for the most part. */
    private static final int OVERHEAD = 500;

    private record Known(FileTime modified, @Nullable Object identity, FolderNames names) {

        boolean isOf(BasicFileAttributes folder) {
            return modified.equals(folder.lastModifiedTime())
                    && Objects.equals(identity, folder.fileKey());
        }
    }

    private final SystemCalls calls;
    private final Cache<Path, Known> known =
            Caffeine.newBuilder()
                    .maximumWeight(MEMORY)
                    .weigher((Path folder, Known names) -> OVERHEAD + names.names().weight())
                    .executor(Runnable::run)
                    .build();

    FolderReader(SystemCalls calls) {
        this.calls = calls;
    }

    /**
     * Names that a key may have; none where there is no folder any more.
     *
     * @param attributes of the folder, read just before
     */
    FolderNames names(Path folder, BasicFileAttributes attributes) throws IOException {
        Known before = known.getIfPresent(folder);
        if (before != null && before.isOf(attributes)) {
            return before.names();
        }
        FileTime modified = attributes.lastModifiedTime();
        boolean settled = modified.toMillis() < System.currentTimeMillis() - COARSE.toMillis();
        FolderNames names = read(folder);
        if (settled && names.count() >= LARGE) {
            known.put(folder, new Known(modified, attributes.fileKey(), names));
        } else if (before != null) {
            known.invalidate(folder);
        }
        return names;
    }

    private FolderNames read(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> children = calls.children(folder)) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                if (ObjectKey.isComponent(name)) {
                    names.add(name);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return FolderNames.NONE;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names.isEmpty() ? FolderNames.NONE : FolderNames.of(names);
    }
}
