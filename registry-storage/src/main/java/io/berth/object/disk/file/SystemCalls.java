package io.berth.object.disk.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The calls to the operating system whose number is part of the store's contract, or whose failures
 * cannot be provoked otherwise: tests override these methods to count calls and to make them fail.
 * No state.
 */
public class SystemCalls {

    /** Makes the bytes of a file survive a loss of power: fdatasync. */
    public void syncFile(FileChannel file) throws IOException {
        file.force(false);
    }

    /** Makes the names in a folder survive a loss of power: fsync. */
    public void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** The attributes of a file or folder; symbolic links are followed: stat. */
    public BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class);
    }

    /** The kind of file system that a file is on, such as {@code ext4}. */
    public String fileSystem(Path path) throws IOException {
        return Files.getFileStore(path).type();
    }

    /** The children of a folder, read in batches; the caller closes the stream. */
    @SuppressWarnings("StreamResourceLeak")
    public DirectoryStream<Path> children(Path folder) throws IOException {
        return Files.newDirectoryStream(folder);
    }

    /** Whether a file or folder exists; symbolic links are followed: access. */
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    /**
     * Creates a folder: mkdir. Reports failure without an exception, which would cost ten times as
     * much as the call, and more the deeper the caller's stack.
     *
     * @return {@code false} when no folder was created
     */
    public boolean makeFolder(Path folder) {
        return folder.toFile().mkdir();
    }

    /** Renames a file, replacing another one atomically: rename. */
    public void replace(Path file, Path other) throws IOException {
        Files.move(file, other, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Gives a file a second name; fails when that exists: link. */
    public Path link(Path file, Path name) throws IOException {
        return Files.createLink(name, file);
    }
}
