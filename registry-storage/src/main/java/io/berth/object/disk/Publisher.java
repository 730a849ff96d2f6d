package io.berth.object.disk;

import io.berth.object.Condition;
import io.berth.object.Condition.Always;
import io.berth.object.Condition.IfAbsent;
import io.berth.object.Condition.IfContent;
import io.berth.object.Condition.IfUnchanged;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.OutcomeUnknown;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.Version;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Gives finished files their keys, and takes objects away, if a condition holds.
 *
 * <p>Condition and change are one step for all threads of this process, by a lock per key. Between
 * processes, {@link IfAbsent} alone is: by a link, which fails when the name is taken.
 */
final class Publisher {

    private final FileTree tree;
    private final SystemCalls calls;
    private final Sentinel sentinel;
    private final boolean links;

    /** Of a bounded number; two keys may share one and then wait for each other. */
    private final Object[] locks = new Object[256];

    /**
     * @param links whether the file system has hard links
     */
    Publisher(FileTree tree, SystemCalls calls, Sentinel sentinel, boolean links) {
        this.tree = tree;
        this.calls = calls;
        this.sentinel = sentinel;
        this.links = links;
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new Object();
        }
    }

    /**
     * Makes a file an object, durable as asked; its bytes are synced already where that is asked.
     * The file has no other name afterwards.
     *
     * @throws PreconditionFailed when the condition does not hold; the file is where it was
     */
    void publish(Path file, ObjectKey key, Condition condition, Durability durability) {
        // Should the folder go right after this, the file to be named is not in its place either.
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
            throw Failures.writing(key, e);
        }
        if (durability == Durability.DURABLE) {
            makeDurable(key, target);
        }
    }

    private void moveIfAbsent(Path file, ObjectKey key, Path target) throws IOException {
        if (!links) {
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
        TemporaryFiles.drop(file);
    }

    private void makeDurable(ObjectKey key, Path file) {
        try {
            tree.syncName(file);
        } catch (IOException e) {
            throw new OutcomeUnknown(key, "written, but perhaps not for good", e);
        }
    }

    /**
     * Removes an object.
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
            if (!Failures.isAbsent(file, e)) {
                throw Failures.removing(key, e);
            }
        }
    }

    /**
     * Finds out early that a condition does not hold, which saves writing and syncing the bytes.
     * That it holds proves nothing: {@link #publish} looks again.
     */
    void expect(ObjectKey key, Condition condition) {
        Path file = tree.file(key);
        try {
            switch (condition) {
                case Always() -> {}
                case IfAbsent() -> requireAbsent(key, file);
                case IfContent(byte[] expected) -> require(expected, key, file);
                case IfUnchanged(Version version) -> require(version, key, file);
            }
        } catch (IOException e) {
            throw Failures.writing(key, e);
        }
    }

    private void requireAbsent(ObjectKey key, Path file) throws IOException {
        try {
            if (calls.attributes(file).isRegularFile()) {
                throw new PreconditionFailed(key);
            }
        } catch (IOException e) {
            if (!Failures.isNoFile(file, e)) {
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
            if (Failures.isNoFile(file, e)) {
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
            if (Failures.isNoFile(file, e)) {
                throw new PreconditionFailed(key);
            }
            throw e;
        }
    }

    /** A write is a new file that gets the name, so it has another inode than the one before. */
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
