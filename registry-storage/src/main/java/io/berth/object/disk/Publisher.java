package io.berth.object.disk;

import io.berth.object.Condition;
import io.berth.object.Condition.Always;
import io.berth.object.Condition.IfAbsent;
import io.berth.object.Condition.IfContent;
import io.berth.object.Condition.IfUnchanged;
import io.berth.object.Durability;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.OutcomeUnknown;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.Version;
import io.berth.object.disk.file.FileErrors;
import io.berth.object.disk.file.SmallFile;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Renames finished files to their keys, and removes objects, under a condition.
 *
 * <p>Checking the condition and making the change are atomic among the threads of this process, by
 * a lock for each key. Among processes only {@link IfAbsent} is: by a hard link, which fails when
 * the name exists. Safe for several threads.
 */
final class Publisher {

    private final FileTree tree;
    private final SystemCalls calls;
    private final Sentinel sentinel;
    private final boolean hardLinks;

    /** Striped: keys that share a lock wait for each other. */
    private final Object[] locks = new Object[256];

    /**
     * @param hardLinks whether the file system has hard links
     */
    Publisher(FileTree tree, SystemCalls calls, Sentinel sentinel, boolean hardLinks) {
        this.tree = tree;
        this.calls = calls;
        this.sentinel = sentinel;
        this.hardLinks = hardLinks;
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new Object();
        }
    }

    /**
     * Renames a temporary file to its key. The caller has synced its bytes, if {@code durability}
     * asks for that.
     *
     * @throws PreconditionFailed when the condition does not hold; the file keeps its name
     * @throws OutcomeUnknown when the file was renamed but its new name could not be synced
     */
    void publish(Path file, ObjectKey key, Condition condition, Durability durability) {
        // If the folder vanishes after this check, so does the file that is to be renamed.
        sentinel.require();
        Path target = tree.file(key);
        try {
            synchronized (lock(key)) {
                switch (condition) {
                    case Always() -> tree.move(file, target);
                    case IfAbsent() -> moveIfAbsent(file, key, target);
                    case IfContent(byte[] expected) -> {
                        require(expected, key, target);
                        tree.move(file, target);
                    }
                    case IfUnchanged(Version version) -> {
                        require(version, key, target);
                        tree.move(file, target);
                    }
                }
            }
        } catch (IOException e) {
            throw FileErrors.writing(key, e);
        }
        if (durability == Durability.DURABLE) {
            makeDurable(key, target);
        }
    }

    private void moveIfAbsent(Path file, ObjectKey key, Path target) throws IOException {
        if (!hardLinks) {
            requireAbsent(key, target);
            tree.move(file, target);
            return;
        }
        try {
            tree.link(file, target);
        } catch (FileAlreadyExistsException e) {
            requireAbsent(key, target);
            throw e;
        }
        TemporaryFiles.delete(file);
    }

    /**
     * Creates an empty object.
     *
     * @return {@code false} when the object exists already
     */
    boolean createEmpty(ObjectKey key) {
        try {
            tree.create(tree.file(key)).close();
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw FileErrors.writing(key, e);
        }
    }

    private void makeDurable(ObjectKey key, Path file) {
        try {
            tree.syncName(file);
        } catch (IOException e) {
            throw new OutcomeUnknown(
                    key, "the object was written, but its name could not be synced", e);
        }
    }

    /**
     * Removes an object, if it exists.
     *
     * @throws PreconditionFailed when the condition does not hold
     */
    void delete(ObjectKey key, Condition condition) {
        sentinel.require();
        Path file = tree.file(key);
        try {
            synchronized (lock(key)) {
                switch (condition) {
                    case Always() -> tree.remove(file);
                    case IfAbsent() -> requireAbsent(key, file);
                    case IfContent(byte[] expected) -> {
                        require(expected, key, file);
                        tree.remove(file);
                    }
                    case IfUnchanged(Version version) -> {
                        require(version, key, file);
                        tree.remove(file);
                    }
                }
            }
        } catch (IOException e) {
            if (!FileErrors.isAbsent(file, e)) {
                throw FileErrors.removing(key, e);
            }
        }
    }

    /**
     * Checks a condition before bytes are written and synced in vain. {@link #publish} checks it
     * again.
     *
     * @throws PreconditionFailed when the condition does not hold
     */
    void checkEarly(ObjectKey key, Condition condition) {
        Path file = tree.file(key);
        try {
            switch (condition) {
                case Always() -> {}
                case IfAbsent() -> requireAbsent(key, file);
                case IfContent(byte[] expected) -> require(expected, key, file);
                case IfUnchanged(Version version) -> require(version, key, file);
            }
        } catch (IOException e) {
            throw FileErrors.writing(key, e);
        }
    }

    private void requireAbsent(ObjectKey key, Path file) throws IOException {
        try {
            if (calls.attributes(file).isRegularFile()) {
                throw new PreconditionFailed(key);
            }
        } catch (IOException e) {
            if (!FileErrors.isNoFile(file, e)) {
                throw e;
            }
        }
    }

    private static void require(byte[] expected, ObjectKey key, Path file) throws IOException {
        try {
            byte[] content = SmallFile.read(file, expected.length);
            if (content == null || !Arrays.equals(content, expected)) {
                throw new PreconditionFailed(key);
            }
        } catch (IOException e) {
            if (FileErrors.isNoFile(file, e)) {
                throw new PreconditionFailed(key);
            }
            throw e;
        }
    }

    private void require(Version version, ObjectKey key, Path file) throws IOException {
        try {
            BasicFileAttributes attributes = calls.attributes(file);
            if (!attributes.isRegularFile() || !version(attributes).equals(version)) {
                throw new PreconditionFailed(key);
            }
        } catch (IOException e) {
            if (FileErrors.isNoFile(file, e)) {
                throw new PreconditionFailed(key);
            }
            throw e;
        }
    }

    static ObjectInfo info(BasicFileAttributes file) {
        return new ObjectInfo(file.size(), file.lastModifiedTime().toInstant(), version(file));
    }

    /** Each write replaces the file by a new one, so that it has another inode. */
    static Version version(BasicFileAttributes attributes) {
        return new Version(
                attributes.fileKey()
                        + " "
                        + attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS)
                        + " "
                        + attributes.size());
    }

    private Object lock(ObjectKey key) {
        return locks[Math.floorMod(key.hashCode(), locks.length)];
    }
}
