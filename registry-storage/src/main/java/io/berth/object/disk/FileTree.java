package io.berth.object.disk;

import io.berth.object.ObjectKey;
import io.berth.object.disk.FolderReader.Change;
import io.berth.object.disk.FolderReader.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names below the root and every way they change. Folders come and go with the files in them:
 * one is made when a file needs it and removed when its last file goes, so a folder can vanish
 * between making it and using it. Whoever creates a name therefore tries again from the making of
 * the folder when there is none ({@link #inItsFolder}).
 */
final class FileTree {

    private static final Logger log = LoggerFactory.getLogger(FileTree.class);

    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    /** Each try needs someone else to empty the same folder in the same microseconds. */
    private static final int TRIES = 100;

    private final Path root;
    private final Path temporary;
    private final String temporaryKey;
    private final SystemCalls calls;
    private final FolderReader folders;

    /**
     * @param root absolute
     * @param temporary the folder of temporary files, below the root
     * @param folders told of every change of a name
     */
    FileTree(Path root, Path temporary, SystemCalls calls, FolderReader folders) {
        this.root = root;
        this.temporary = temporary;
        this.temporaryKey = root.relativize(temporary).toString();
        this.calls = calls;
        this.folders = folders;
    }

    /**
     * The file of an object.
     *
     * @throws IllegalArgumentException for a name that this store keeps for itself or leaves to
     *     other registries' temporary files: a defect of the caller
     */
    Path file(ObjectKey key) {
        String name = key.value();
        // A key stays below the root, and is compared faster than paths are.
        Path file = root.resolve(name);
        if (isTemporary(name)
                || (name.endsWith(".tmp")
                        && ForeignFiles.isTemporary(file.getFileName().toString()))) {
            throw new IllegalArgumentException("a key of temporary files: " + key);
        }
        return file;
    }

    private boolean isTemporary(String key) {
        int length = temporaryKey.length();
        return key.startsWith(temporaryKey)
                && (key.length() == length || key.charAt(length) == '/');
    }

    /** The folder of all keys with a prefix. */
    Path folder(String prefix) {
        return below(prefix);
    }

    /** The only way from a text that is no key to a path. */
    private Path below(String name) {
        Path path = root.resolve(name).normalize();
        if (!path.startsWith(root)) {
            throw new IllegalArgumentException("leaves the data folder: " + name);
        }
        return path;
    }

    boolean isTemporary(Path folder) {
        return folder.equals(temporary);
    }

    boolean isAboveTemporary(Path folder) {
        return temporary.startsWith(folder);
    }

    /** Creates and opens a file. */
    FileChannel create(Path file) throws IOException {
        return inItsFolder(file, () -> FileChannel.open(file, NEW));
    }

    /** Gives a file another name, replacing what is there. */
    void move(Path source, Path target) throws IOException {
        inItsFolder(
                target,
                () -> {
                    try {
                        return Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
                    } catch (NoSuchFileException e) {
                        if (Files.notExists(source)) {
                            throw new IOException("the bytes written are gone", e);
                        }
                        throw e;
                    }
                });
        if (!isTemporary(above(source))) {
            folders.forget(above(source));
        }
    }

    /**
     * Gives a file a second name; free of races with other processes, too.
     *
     * @throws FileAlreadyExistsException when the name is taken
     */
    void link(Path file, Path name) throws IOException {
        inItsFolder(name, () -> calls.link(file, name));
    }

    /**
     * Makes the name of a file durable, and all that was done to names before (see {@link
     * DiskStore}).
     */
    void syncName(Path file) throws IOException {
        Path folder = above(file);
        try {
            calls.syncFolder(folder);
        } catch (NoSuchFileException e) {
            // The object was removed meanwhile and its folder with it. What was done before still
            // has to be made durable, and the folder above does that as well.
            if (folder.equals(root)) {
                throw e;
            }
            syncName(folder);
        }
    }

    /** Removes a file, and the folders that become empty. A folder of that name is no file. */
    void remove(Path file) throws IOException {
        try {
            change(
                    file,
                    Kind.REMOVES,
                    () -> {
                        Files.delete(file);
                        return file;
                    });
        } catch (DirectoryNotEmptyException e) {
            return;
        }
        pruneAbove(file);
    }

    /** Removes the folder of a file that is gone, and those above it, as far as they are empty. */
    void pruneAbove(Path file) {
        Path folder = above(file);
        while (!folder.equals(root) && !folder.equals(temporary) && removeFolder(folder)) {
            folder = above(folder);
        }
    }

    private boolean removeFolder(Path folder) {
        // A link stands for a place that someone attached; it is no folder of ours to remove.
        if (Files.isSymbolicLink(folder)) {
            return false;
        }
        try {
            boolean removed = change(folder, Kind.REMOVES, () -> Files.deleteIfExists(folder));
            folders.forget(folder);
            return removed;
        } catch (IOException e) {
            return false; // not empty, or attached in another way; an empty folder does no harm
        }
    }

    private <T> T change(Path path, Kind kind, Change<T> change) throws IOException {
        Path folder = above(path);
        return isTemporary(folder)
                ? change.run() // never listed
                : folders.change(folder, path.getFileName().toString(), kind, change);
    }

    private <T> T inItsFolder(Path file, Change<T> naming) throws IOException {
        for (int i = 1; ; i++) {
            try {
                if (i > 1 || !isTemporary(above(file))) { // which is there
                    makeFolder(above(file));
                }
                return change(file, Kind.ADDS_FILE, naming);
            } catch (NoSuchFileException e) {
                if (i == TRIES) {
                    requireWay(file, e);
                    throw new IOException("the folder vanishes again and again", e);
                }
            } catch (IOException e) {
                if (i == TRIES || !clearWay(file, e)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Removes what is in the way of a file that could not be made, if it holds nothing: an empty
     * file where a folder must be; where the file must be, an empty folder, or a link that leads to
     * no file. It is no object that anyone could have read, so nothing is lost, and the content
     * that is about to be written matters more.
     *
     * @param failure to make the file
     * @return {@code false}: nothing is in the way
     * @throws IOException when it holds something, or is a link where a folder must be, for that
     *     may lead to a place that is not attached; with its key and what to do
     */
    private boolean clearWay(Path file, IOException failure) throws IOException {
        Path stray = stray(file);
        if (stray == null) {
            return false;
        }
        boolean holdsNothing =
                stray.equals(file)
                        ? Files.isSymbolicLink(stray)
                                || Files.isDirectory(stray, LinkOption.NOFOLLOW_LINKS)
                        : Files.isRegularFile(stray, LinkOption.NOFOLLOW_LINKS)
                                && Files.size(stray) == 0;
        if (!holdsNothing) {
            throw inTheWay(stray, file, failure);
        }
        try {
            boolean removed = change(stray, Kind.REMOVES, () -> Files.deleteIfExists(stray));
            if (removed) {
                log.warn("removed {}, which held nothing and was in the way of {}", stray, file);
            }
            return true;
        } catch (DirectoryNotEmptyException e) {
            throw inTheWay(stray, file, e);
        }
    }

    private void requireWay(Path file, IOException failure) throws IOException {
        Path stray = stray(file);
        if (stray != null) {
            throw inTheWay(stray, file, failure);
        }
    }

    /** What is no folder but must be one for a file to be made, or is in its place and no file. */
    private @Nullable Path stray(Path file) {
        Path folder = root;
        for (Path name : root.relativize(above(file))) {
            folder = folder.resolve(name);
            if (!Files.isDirectory(folder)) {
                return Files.exists(folder, LinkOption.NOFOLLOW_LINKS) ? folder : null;
            }
        }
        boolean free = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        return free || Files.isRegularFile(file) ? null : file;
    }

    private IOException inTheWay(Path stray, Path file, IOException cause) {
        return new IOException(
                root.relativize(stray)
                        + " is in the way, where a "
                        + (stray.equals(file) ? "file" : "folder")
                        + " must be: see what it is, and move it out of the data folder",
                cause);
    }

    /**
     * Makes a folder where there is none, and those above it that are missing. The folder itself is
     * tried first: new content mostly needs just that one, and to be refused costs as little as to
     * look.
     */
    private void makeFolder(Path folder) throws IOException {
        if (folder.equals(root)) {
            if (!calls.isThere(root)) {
                throw new IOException("the data folder is gone");
            }
            return;
        }
        if (change(folder, Kind.ADDS_FOLDER, () -> calls.makeFolder(folder))
                || calls.isThere(folder)) {
            return;
        }
        makeFolder(above(folder));
        try {
            change(folder, Kind.ADDS_FOLDER, () -> Files.createDirectory(folder));
        } catch (FileAlreadyExistsException e) {
            // Someone was faster; if it is no folder, using it will tell.
        }
    }

    /** Of a path below the root. */
    private static Path above(Path path) {
        return Objects.requireNonNull(path.getParent());
    }
}
