package io.berth.object.disk;

import io.berth.object.ObjectKey;
import io.berth.object.disk.file.SystemCalls;
import io.berth.object.disk.folder.FolderNameCache;
import io.berth.object.disk.folder.FolderNameCache.Change;
import io.berth.object.disk.folder.FolderNameCache.Kind;
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
 * Creates, renames and removes the files below the root, and their folders. A folder is created
 * when a file needs it and removed with its last file, so that it can vanish between its creation
 * and its use. Methods that create a name therefore try again from the creation of the folder
 * ({@link #inItsFolder}). Safe for several threads.
 */
final class FileTree {

    private static final Logger log = LoggerFactory.getLogger(FileTree.class);

    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    /** Each retry means that others emptied the same folder in the same microseconds. */
    private static final int TRIES = 100;

    private final Path root;
    private final Path temporary;
    private final String temporaryKey;
    private final SystemCalls calls;
    private final FolderNameCache folderNames;

    /**
     * @param root an absolute path
     * @param temporary the folder of temporary files, below the root
     * @param folderNames notified of every change of a name
     */
    FileTree(Path root, Path temporary, SystemCalls calls, FolderNameCache folderNames) {
        this.root = root;
        this.temporary = temporary;
        this.temporaryKey = root.relativize(temporary).toString();
        this.calls = calls;
        this.folderNames = folderNames;
    }

    /**
     * The file of an object.
     *
     * @throws IllegalArgumentException for a key in the folder of temporary files, or one that
     *     another registry's temporary file could have: a defect of the caller
     */
    Path file(ObjectKey key) {
        String name = key.value();
        // A key cannot leave the root, and comparing texts is faster than comparing paths.
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

    /** Resolves a text that is not a key. */
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

    /** Renames a file, replacing an existing one. */
    void move(Path source, Path target) throws IOException {
        inItsFolder(
                target,
                () -> {
                    try {
                        return Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
                    } catch (NoSuchFileException e) {
                        if (Files.notExists(source)) {
                            throw new IOException("the temporary file was removed", e);
                        }
                        throw e;
                    }
                });
        if (!isTemporary(above(source))) {
            folderNames.forget(above(source));
        }
    }

    /**
     * Gives a file a second name, atomically, also among processes.
     *
     * @throws FileAlreadyExistsException when the name exists
     */
    void link(Path file, Path name) throws IOException {
        inItsFolder(name, () -> calls.link(file, name));
    }

    /**
     * Makes the name of a file durable, and all earlier changes of names (see {@link DiskStore}).
     */
    void syncName(Path file) throws IOException {
        Path folder = above(file);
        try {
            calls.syncFolder(folder);
        } catch (NoSuchFileException e) {
            // The object was removed meanwhile and its folder with it. Earlier changes still have
            // to
            // be made durable, which a sync of the folder above does as well.
            if (folder.equals(root)) {
                throw e;
            }
            syncName(folder);
        }
    }

    /** Removes a file, and the folders that become empty. Leaves a folder of that name alone. */
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

    /** Removes the folder of a removed file, and those above it, as far as they are empty. */
    void pruneAbove(Path file) {
        Path folder = above(file);
        while (!folder.equals(root) && !folder.equals(temporary) && removeFolder(folder)) {
            folder = above(folder);
        }
    }

    private boolean removeFolder(Path folder) {
        // Only an administrator makes such links, so they stay.
        if (Files.isSymbolicLink(folder)) {
            return false;
        }
        try {
            boolean removed = change(folder, Kind.REMOVES, () -> Files.deleteIfExists(folder));
            folderNames.forget(folder);
            return removed;
        } catch (IOException e) {
            return false; // not empty, or a mount point; an empty folder does no harm
        }
    }

    private <T> T change(Path path, Kind kind, Change<T> change) throws IOException {
        Path folder = above(path);
        return isTemporary(folder)
                ? change.run() // its names are never cached
                : folderNames.change(folder, path.getFileName().toString(), kind, change);
    }

    private <T> T inItsFolder(Path file, Change<T> naming) throws IOException {
        for (int i = 1; ; i++) {
            try {
                if (i > 1 || !isTemporary(above(file))) { // the folder of temporary files exists
                    makeFolder(above(file));
                }
                return change(file, Kind.ADDS_FILE, naming);
            } catch (NoSuchFileException e) {
                if (i == TRIES) {
                    requireWay(file, e);
                    throw new IOException("other processes remove the folder again and again", e);
                }
            } catch (IOException e) {
                if (i == TRIES || !clearWay(file, e)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Removes what is in the way of a file that could not be created, if it is empty: an empty file
     * where a folder must be; where the file must be, an empty folder, or a link that leads to no
     * file. No reader could have read it as an object, so nothing is lost.
     *
     * @param failure the failure to create the file
     * @return {@code false}: nothing is in the way
     * @throws IOException when it is not empty, or is a link where a folder must be, which may lead
     *     to a volume that is not mounted; the message has its key and says what to do
     */
    private boolean clearWay(Path file, IOException failure) throws IOException {
        Path stray = stray(file);
        if (stray == null) {
            return false;
        }
        boolean empty =
                stray.equals(file)
                        ? Files.isSymbolicLink(stray)
                                || Files.isDirectory(stray, LinkOption.NOFOLLOW_LINKS)
                        : Files.isRegularFile(stray, LinkOption.NOFOLLOW_LINKS)
                                && Files.size(stray) == 0;
        if (!empty) {
            throw inTheWay(stray, file, failure);
        }
        try {
            boolean removed = change(stray, Kind.REMOVES, () -> Files.deleteIfExists(stray));
            if (removed) {
                log.warn("removed {}, which was empty and in the way of {}", stray, file);
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

    /** The entry that is not a folder but must be one, or is in the place of the file. */
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
     * Creates a folder if it does not exist, and those above it that are missing. The folder itself
     * is tried first: new content mostly needs just that one, and an attempt costs as little as a
     * check.
     */
    private void makeFolder(Path folder) throws IOException {
        if (folder.equals(root)) {
            if (!calls.exists(root)) {
                throw new IOException("the data folder does not exist any more");
            }
            return;
        }
        if (change(folder, Kind.ADDS_FOLDER, () -> calls.makeFolder(folder))
                || calls.exists(folder)) {
            return;
        }
        makeFolder(above(folder));
        try {
            change(folder, Kind.ADDS_FOLDER, () -> Files.createDirectory(folder));
        } catch (FileAlreadyExistsException e) {
            // Another thread or process was faster; if this is not a folder, its use fails.
        }
    }

    /** The parent of a path below the root. */
    private static Path above(Path path) {
        return Objects.requireNonNull(path.getParent());
    }
}
