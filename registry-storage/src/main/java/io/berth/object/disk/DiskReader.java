package io.berth.object.disk;

import io.berth.name.ByteRange;
import io.berth.object.ObjectContent;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.TooLong;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.Version;
import io.berth.object.disk.file.FileRange;
import io.berth.object.disk.file.SmallFile;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects. Each method throws {@link NotFound} where there is no object, and {@link
 * Unavailable} where a file cannot be read or the sentinel is missing. Safe for several threads.
 */
final class DiskReader {

    private final FileTree tree;
    private final SystemCalls calls;
    private final SmallFileCache smallFiles;
    private final Sentinel sentinel;

    DiskReader(FileTree tree, SystemCalls calls, SmallFileCache smallFiles, Sentinel sentinel) {
        this.tree = tree;
        this.calls = calls;
        this.smallFiles = smallFiles;
        this.sentinel = sentinel;
    }

    ObjectInfo head(ObjectKey key) {
        return Publisher.info(attributes(key, tree.file(key)));
    }

    private BasicFileAttributes attributes(ObjectKey key, Path file) {
        BasicFileAttributes attributes;
        try {
            attributes = calls.attributes(file);
        } catch (IOException e) {
            throw sentinel.readFailure(key, file, e);
        }
        if (!attributes.isRegularFile()) {
            throw sentinel.absent(key);
        }
        return attributes;
    }

    /**
     * The content of an object, from the cache where its file has not changed.
     *
     * @param limit bytes at the most
     * @throws TooLong when it has more
     */
    byte[] read(ObjectKey key, int limit) {
        Path file = tree.file(key);
        try {
            return requireContent(key, file, smallFiles.read(key, file, limit));
        } catch (IOException e) {
            throw sentinel.readFailure(key, file, e);
        }
    }

    private byte[] requireContent(ObjectKey key, Path file, byte @Nullable [] content) {
        if (content == null) {
            throw new TooLong(key, attributes(key, file).size()); // folders have a size as well
        }
        return content;
    }

    /**
     * The content of an object and its version, which are of the same write: read again until
     * nothing has changed meanwhile.
     *
     * @param limit bytes at the most
     * @throws TooLong when it has more
     */
    ObjectContent get(ObjectKey key, int limit) {
        Path file = tree.file(key);
        while (true) {
            BasicFileAttributes attributes = attributes(key, file);
            Version before = Publisher.version(attributes);
            byte[] content;
            try {
                content = requireContent(key, file, SmallFile.readRegular(file, limit));
            } catch (IOException e) {
                throw sentinel.readFailure(key, file, e);
            }
            if (before.equals(Publisher.version(attributes(key, file)))) {
                return new ObjectContent(
                        content, before, attributes.lastModifiedTime().toInstant());
            }
        }
    }

    /**
     * A range of an object's bytes, which the caller closes.
     *
     * @throws Unavailable when the object is shorter
     */
    InputStream open(ObjectKey key, ByteRange range) {
        Path file = tree.file(key);
        if (range.last() >= attributes(key, file).size()) {
            throw new Unavailable(
                    key.value(), "the object is shorter than the requested range", null);
        }
        try {
            return FileRange.open(file, range.first(), range.last() + 1);
        } catch (IOException e) {
            throw sentinel.readFailure(key, file, e);
        }
    }
}
