package io.berth.object.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Does what is asked and notes it, except for calls it was told to fail. Knows only the calls that
 * go this way.
 */
class RecordingCalls extends SystemCalls {

    private final Path root;
    private final List<String> made = new CopyOnWriteArrayList<>();
    private @Nullable String broken;

    RecordingCalls(Path root) {
        this.root = root;
    }

    /** What was asked since this was asked last. */
    List<String> made() {
        List<String> result = List.copyOf(made);
        made.clear();
        return result;
    }

    /** Only the syncs of {@link #made()}. */
    List<String> syncsMade() {
        return made().stream().filter(call -> call.startsWith("sync")).toList();
    }

    /** From now on, calls that begin with this fail. */
    void fail(String call) {
        broken = call;
    }

    void repair() {
        broken = null;
    }

    private void note(String call) throws IOException {
        made.add(call);
        if (broken != null && call.startsWith(broken)) {
            throw new IOException("the disk is on fire");
        }
    }

    private String name(Path path) {
        return "/" + root.relativize(path);
    }

    @Override
    void syncFile(FileChannel file) throws IOException {
        note("sync file of " + file.size());
        super.syncFile(file);
    }

    @Override
    void syncFolder(Path folder) throws IOException {
        note("sync folder " + name(folder));
        super.syncFolder(folder);
    }

    @Override
    BasicFileAttributes attributes(Path path) throws IOException {
        note("attributes of " + name(path));
        return super.attributes(path);
    }

    @Override
    boolean isThere(Path path) {
        made.add("look for " + name(path));
        return super.isThere(path);
    }

    @Override
    boolean makeFolder(Path folder) {
        made.add("make " + name(folder));
        return super.makeFolder(folder);
    }

    @Override
    @SuppressWarnings("StreamResourceLeak")
    DirectoryStream<Path> children(Path folder) throws IOException {
        note("children of " + name(folder));
        return super.children(folder);
    }

    @Override
    Path link(Path file, Path name) throws IOException {
        note("link " + name(name));
        return super.link(file, name);
    }
}
