package io.berth.object.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The calls to the operating system whose number is part of what the store promises, or whose
 * failure cannot be had otherwise: tests count them and break them here.
 */
class SystemCalls {

    /** Makes the bytes of a file survive a loss of power: fdatasync. */
    void syncFile(FileChannel file) throws IOException {
        file.force(false);
    }

    /** Makes the names in a folder survive a loss of power: fsync. */
    void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** What is there, behind symbolic links: stat. */
    BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class);
    }

    /** The kind of file system that a file is on, such as {@code ext4}. */
    String fileSystem(Path path) throws IOException {
        return Files.getFileStore(path).type();
    }

    /** Reads the names in a folder, a part at a time; the caller closes it. */
    @SuppressWarnings("StreamResourceLeak")
    DirectoryStream<Path> children(Path folder) throws IOException {
        return Files.newDirectoryStream(folder);
    }

    /** Whether anything is there, behind symbolic links: access. */
    boolean isThere(Path path) {
        return Files.exists(path);
    }

    /**
     * Makes a folder: mkdir. Without the exception that says why not, which costs ten times as much
     * as the call, and more the deeper the caller's stack.
     *
     * @return {@code false}: nothing was made
     */
    boolean makeFolder(Path folder) {
        return folder.toFile().mkdir();
    }

    /** Gives a file the name of another, which is gone then, in one step. */
    void replace(Path file, Path other) throws IOException {
        Files.move(file, other, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Gives a file a second name; fails when that is taken. */
    Path link(Path file, Path name) throws IOException {
        return Files.createLink(name, file);
    }
}
