package io.berth.object.disk;

import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, with temporary files, what the file system can do: what the store requires, and what
 * the store adapts to.
 */
final class FileSystemProbe {

    private static final Logger log = LoggerFactory.getLogger(FileSystemProbe.class);

    /** Characters of the longest component of a key. */
    private static final int LONGEST_NAME = 255;

    private static final Set<String> LOCAL =
            Set.of(
                    "ext2",
                    "ext3",
                    "ext4",
                    "xfs",
                    "btrfs",
                    "zfs",
                    "f2fs",
                    "bcachefs",
                    "tmpfs",
                    "overlay",
                    "apfs");

    private final TemporaryFiles files;
    private final FileTree tree;
    private final SystemCalls calls;

    FileSystemProbe(TemporaryFiles files, FileTree tree, SystemCalls calls) {
        this.files = files;
        this.tree = tree;
        this.calls = calls;
    }

    /**
     * Checks what the store requires.
     *
     * @throws IOException when files cannot be written or atomically replaced, or names in a folder
     *     cannot be synced; its message says which
     */
    void requireMinimum() throws IOException {
        Path file = files.next();
        Path other = files.next();
        tree.create(file).close();
        try {
            tree.create(other).close();
            calls.replace(file, other);
        } catch (IOException e) {
            throw new IOException("the file system cannot replace a file atomically (rename)", e);
        } finally {
            TemporaryFiles.delete(file);
            TemporaryFiles.delete(other);
        }
        try {
            calls.syncFolder(files.folder());
        } catch (IOException e) {
            throw new IOException(
                    "the file system does not make names durable, as ext4 and XFS do (fsync of a"
                            + " folder)",
                    e);
        }
    }

    /**
     * Whether the file system has hard links, by which exactly one of several processes creates an
     * object; logs a warning otherwise.
     */
    boolean hasHardLinks() throws IOException {
        Path file = files.next();
        Path name = files.next();
        tree.create(file).close();
        try {
            calls.link(file, name);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            log.warn(
                    "{} has no hard links ({}): two processes that write the same new object at"
                            + " once may both succeed, so let only one process write to the folder",
                    files.folder(),
                    e.toString());
            return false;
        } finally {
            TemporaryFiles.delete(name);
            TemporaryFiles.delete(file);
        }
    }

    /** Whether names are case-sensitive. */
    boolean distinguishesCase() throws IOException {
        Path file = files.next();
        Path lower = file.resolveSibling(file.getFileName() + "-case");
        tree.create(lower).close();
        try {
            String name = lower.getFileName().toString();
            calls.attributes(lower.resolveSibling(name.toUpperCase(Locale.ROOT)));
            return false;
        } catch (IOException e) {
            return true;
        } finally {
            TemporaryFiles.delete(lower);
        }
    }

    /**
     * Whether the file system is known to be local, so that a stat shows the current state of a
     * file. Clients of network file systems cache attributes for some seconds, and nothing is known
     * about drivers outside the kernel.
     */
    boolean isLocal() {
        try {
            return LOCAL.contains(calls.fileSystem(files.folder()));
        } catch (IOException e) {
            return false; // unknown in some containers
        }
    }

    /** Logs a warning where names of files must be shorter than components of keys. */
    void warnOfShortNames() {
        Path file = files.next();
        String name = file.getFileName().toString();
        String longest = name + "x".repeat(LONGEST_NAME - name.length());
        Path longestFile = file.resolveSibling(longest);
        try {
            tree.create(longestFile).close();
        } catch (IOException e) {
            log.warn(
                    "{} does not take names of {} characters ({}): repositories with longer names"
                            + " than it takes cannot be written",
                    files.folder(),
                    LONGEST_NAME,
                    e.getMessage());
        } finally {
            TemporaryFiles.delete(longestFile);
        }
    }
}
