package io.berth.object.disk;

import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Records calls and makes them, except for those that it was told to fail. */
public class RecordingCalls extends SystemCalls {

    private final Path root;
    private final List<String> made = new CopyOnWriteArrayList<>();
    private @Nullable String broken;

    public RecordingCalls(Path root) {
        this.root = root;
    }

    /** The calls made since the last call of this method. */
    public List<String> made() {
        List<String> result = List.copyOf(made);
        made.clear();
        return result;
    }

    /** Only the syncs of {@link #made()}. */
    public List<String> syncsMade() {
        return made().stream().filter(call -> call.startsWith("sync")).toList();
    }

    /** Makes calls fail whose record begins with this text. */
    public void fail(String call) {
        broken = call;
    }

    /** Makes no more calls fail. */
    public void repair() {
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
    public void syncFile(FileChannel file) throws IOException {
        note("sync file of " + file.size());
        super.syncFile(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        note("sync folder " + name(folder));
        super.syncFolder(folder);
    }

    @Override
    public BasicFileAttributes attributes(Path path) throws IOException {
        note("attributes of " + name(path));
        return super.attributes(path);
    }

    @Override
    public boolean exists(Path path) {
        made.add("look for " + name(path));
        return super.exists(path);
    }

    @Override
    public boolean makeFolder(Path folder) {
        made.add("make " + name(folder));
        return super.makeFolder(folder);
    }

    @Override
    @SuppressWarnings("StreamResourceLeak")
    public DirectoryStream<Path> children(Path folder) throws IOException {
        note("children of " + name(folder));
        return super.children(folder);
    }

    @Override
    public Path link(Path file, Path name) throws IOException {
        note("link " + name(name));
        return super.link(file, name);
    }
}
