package io.berth.object.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries out, with temporary files, what a file system can do: some of it a store cannot do without,
 * some of it must be known.
 */
final class FileSystemTrials {

    private static final Logger log = LoggerFactory.getLogger(FileSystemTrials.class);

    /** Of a part of a key. */
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

    FileSystemTrials(TemporaryFiles files, FileTree tree, SystemCalls calls) {
        this.files = files;
        this.tree = tree;
        this.calls = calls;
    }

    /**
     * @throws IOException when files cannot be written, or not replaced in one step, or their names
     *     not be made durable; its message says which
     */
    void requireTheLeast() throws IOException {
        Path file = files.next();
        Path other = files.next();
        tree.create(file).close();
        try {
            tree.create(other).close();
            calls.replace(file, other);
        } catch (IOException e) {
            throw new IOException("files cannot be replaced in one step there", e);
        } finally {
            TemporaryFiles.drop(file);
            TemporaryFiles.drop(other);
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

    /** Whether a file can have two names, which decides between processes that create one. */
    boolean hasLinks() throws IOException {
        Path file = files.next();
        Path name = files.next();
        tree.create(file).close();
        try {
            calls.link(file, name);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            log.warn(
                    "{} has no hard links ({}): two processes that write the same new object at"
                            + " once may both believe they were first",
                    files.folder(),
                    e.toString());
            return false;
        } finally {
            TemporaryFiles.drop(name);
            TemporaryFiles.drop(file);
        }
    }

    /** Whether {@code a} and {@code A} are two files. */
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
            TemporaryFiles.drop(lower);
        }
    }

    /**
     * Whether a stat is known to tell what the file is now. Clients of network file systems answer
     * for some seconds with what they were told last, and nothing is known of drivers outside the
     * kernel.
     */
    boolean isLocal() {
        try {
            return LOCAL.contains(calls.fileSystem(files.folder()));
        } catch (IOException e) {
            return false; // there are containers in which it cannot be found out
        }
    }

    /** Warns where names cannot be as long as keys have them. */
    void adviseOnNames() {
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
            TemporaryFiles.drop(longestFile);
        }
    }
}
