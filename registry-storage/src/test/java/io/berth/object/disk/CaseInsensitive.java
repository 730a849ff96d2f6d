package io.berth.object.disk;

import io.berth.object.ObjectKey;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;

/** A file system that does not tell {@code A} from {@code a} when it is asked what is there. */
public final class CaseInsensitive extends SystemCalls {

    /** A store that finds out about it as it is opened. */
    public static DiskStore store(Path root) {
        return new DiskStore(root, ObjectKey.of("own/tmp"), new CaseInsensitive());
    }

    private CaseInsensitive() {}

    @Override
    public BasicFileAttributes attributes(Path path) throws IOException {
        String lower = path.getFileName().toString().toLowerCase(Locale.ROOT);
        return super.attributes(path.resolveSibling(lower));
    }
}
