package io.berth.object.disk.folder;

import io.berth.object.disk.file.FileState;
import io.berth.object.disk.folder.FolderNameCache.Entry;
import io.berth.object.disk.folder.FolderNameCache.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A read of a folder that has not ended, for which several requests may wait. Its mutable state is
 * guarded by the lock of the folder.
 */
final class PendingRead {

    private record AppliedChange(Kind kind, String name) {}

    private final long number;
    private final CompletableFuture<FolderScan.Result> result = new CompletableFuture<>();
    private final List<AppliedChange> meanwhile = new ArrayList<>();
    private FileState state;
    private boolean isOurs;
    private boolean isExact;

    /**
     * @param isOurs whether this process made the last change
     */
    PendingRead(long number, FileState state, boolean isOurs) {
        this.number = number;
        this.state = state;
        this.isOurs = isOurs && !state.isSettled();
        this.isExact = isOurs || state.isSettled();
    }

    /** Whether the result has every name that existed before a request. */
    boolean serves(long arrived, FileState seen) {
        return number > arrived || (isExact && state.equals(seen));
    }

    /** Notes a change by this process. */
    void changed(FileState before, FileState after, Kind kind, String name) {
        meanwhile.add(new AppliedChange(kind, name));
        isExact &= state.equals(before);
        isOurs = true;
        state = after;
    }

    /** Notes that the folder was changed in another way. */
    void invalidate() {
        isExact = false;
    }

    /** The names that were read, with the changes by this process since the read began. */
    FolderScan.Result withChanges(FolderScan.Result read) {
        SortedNames names = read.names();
        for (AppliedChange change : read.all() ? meanwhile : List.<AppliedChange>of()) {
            names = change.kind().applied(names, change.name());
        }
        return new FolderScan.Result(names, read.all());
    }

    /** The entry to be cached; one that is not exact only serves requests that wait for it. */
    Entry entry(SortedNames names, long took) {
        return new Entry(number, state, names, isExact, isOurs, Entry.recheckAt(took), took);
    }

    /** Gives the result to the requests that wait. */
    void complete(FolderScan.Result read) {
        result.complete(read);
    }

    /** Fails the requests that wait. */
    void fail(Throwable failure) {
        result.completeExceptionally(failure);
    }

    /**
     * Waits for the result.
     *
     * @throws IOException when the read failed
     */
    FolderScan.Result await() throws IOException {
        try {
            return result.join();
        } catch (CompletionException e) {
            throw new IOException("the folder could not be read", e.getCause());
        }
    }
}
