package io.berth.object.disk;

import io.berth.object.Continuation;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing, at the cost of that page: each name that falls into it is looked at once
 * to learn whether it is a file or a folder, where that is not remembered, no other.
 *
 * <p>Keys sort by their bytes, and so a folder sorts with its slash: {@code v1}, were it a file,
 * comes first of all that begins with it, but as the folder {@code v1/} it comes behind {@code
 * v1.0/}. Names are visited in their own order; a folder met on the way waits until the next name
 * lies behind its slash. All names between {@code v1} and {@code v1/} begin with {@code v1}, so
 * what waits is a stack.
 */
final class TreeWalk {

    /**
     * A folder whose keys come later.
     *
     * @param isFolder {@code false}: not known, it lies before the page
     * @param attributes {@code null}: not looked at; needed only to go into the folder
     */
    private record Waiting(
            String name, boolean isFolder, @Nullable BasicFileAttributes attributes) {}

    /** The names in the folders in which a page ended, as its listing first met them. */
    private record Unfinished(Map<Path, FolderNames> folders) implements Continuation {}

    private final FileTree tree;
    private final FolderReader folders;
    private final SystemCalls calls;
    private final ListRequest request;

    /** Only what sorts behind it is wanted. */
    private final String after;

    private final List<String> entries = new ArrayList<>();
    private final Map<Path, FolderNames> unfinished = new HashMap<>();
    private boolean more;

    TreeWalk(FileTree tree, FolderReader folders, SystemCalls calls, ListRequest request) {
        this.tree = tree;
        this.folders = folders;
        this.calls = calls;
        this.request = request;
        this.after = request.startAfter() == null ? "" : request.startAfter();
    }

    Listing page() throws IOException {
        Path folder = tree.folder(request.prefix());
        BasicFileAttributes attributes = attributes(folder);
        if (attributes != null && attributes.isDirectory() && !tree.isTemporary(folder)) {
            visit(folder, request.prefix(), attributes);
        }
        return new Listing(entries, more, more ? new Unfinished(unfinished) : null);
    }

    /** Whether there is room for more. */
    private boolean visit(Path folder, String prefix, BasicFileAttributes attributes)
            throws IOException {
        String afterHere = "";
        if (after.startsWith(prefix)) {
            afterHere = after.substring(prefix.length());
        } else if (after.compareTo(prefix) > 0) {
            return true; // all of it lies before the page
        }
        FolderNames names = names(folder, attributes, afterHere);
        Deque<Waiting> waiting = foldersAround(afterHere, names);
        boolean room = visit(folder, prefix, afterHere, names, waiting);
        while (room && !names.reachesEnd()) {
            String last = names.last();
            names = folders.names(folder, attributes, last);
            room = visit(folder, prefix, last, names, waiting);
        }
        room = room && leave(waiting, null, folder, prefix);
        if (!room) {
            unfinished.put(folder, names);
        }
        return room;
    }

    /** Reading a large folder anew for every page would cost its square. */
    private FolderNames names(Path folder, BasicFileAttributes attributes, String afterHere)
            throws IOException {
        if (request.continuation() instanceof Unfinished(Map<Path, FolderNames> met)) {
            FolderNames before = met.get(folder);
            if (before != null && (before.reachesEnd() || before.last().compareTo(afterHere) > 0)) {
                return before;
            }
        }
        return folders.names(folder, attributes, afterHere);
    }

    /** Whether there is room for more than what lies before the last of the names. */
    private boolean visit(
            Path folder, String prefix, String afterHere, FolderNames names, Deque<Waiting> waiting)
            throws IOException {
        FolderNames.Cursor cursor = names.behind(afterHere);
        while (cursor.next()) {
            String name = cursor.name();
            if (!leave(waiting, name, folder, prefix)) {
                return false;
            }
            if (request.foldFolders() && cursor.isFolder()) {
                waiting.push(new Waiting(name, true, null));
                continue;
            }
            BasicFileAttributes found = attributes(folder.resolve(name));
            if (found == null) {
                continue;
            }
            if (found.isDirectory()) {
                cursor.sawFolder();
                waiting.push(new Waiting(name, true, found));
            } else if (found.isRegularFile()
                    && !ForeignFiles.isTemporary(name)
                    && !add(prefix + name)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Names that sort before the page, but as folders may hold keys within: each is the text where
     * the page starts, cut before a character that sorts no later than the slash.
     */
    private static Deque<Waiting> foldersAround(String afterHere, FolderNames names) {
        Deque<Waiting> waiting = new ArrayDeque<>();
        for (int end = 1; end <= afterHere.length(); end++) {
            char next = end == afterHere.length() ? '/' : afterHere.charAt(end);
            String name = afterHere.substring(0, end);
            if (next <= '/' && names.contains(name)) {
                waiting.push(new Waiting(name, false, null));
            }
            if (next == '/') {
                break;
            }
        }
        return waiting;
    }

    /**
     * Turns to the waiting folders that come before {@code next}, to all when it is {@code null}.
     */
    private boolean leave(Deque<Waiting> waiting, @Nullable String next, Path folder, String prefix)
            throws IOException {
        while (!waiting.isEmpty()) {
            Waiting last = waiting.peek();
            if (next != null && next.compareTo(last.name() + "/") < 0) {
                return true;
            }
            waiting.pop();
            if (!enter(last, folder.resolve(last.name()), prefix + last.name() + "/")) {
                return false;
            }
        }
        return true;
    }

    private boolean enter(Waiting waiting, Path folder, String prefix) throws IOException {
        if (tree.isTemporary(folder) || prefix.length() >= ObjectKey.MAX_LENGTH) {
            return true;
        }
        if (request.foldFolders() && prefix.compareTo(after) <= 0) {
            return true;
        }
        BasicFileAttributes attributes = waiting.attributes();
        if (attributes == null && !waiting.isFolder()) {
            attributes = attributes(folder);
            if (attributes == null || !attributes.isDirectory()) {
                return true;
            }
        }
        if (attributes != null && !request.foldFolders()) {
            return visit(folder, prefix, attributes);
        }
        return isOnlyForTemporaryFiles(folder, prefix) || add(prefix);
    }

    /** What is of this store's own making must not show. */
    private boolean isOnlyForTemporaryFiles(Path folder, String prefix) throws IOException {
        if (!tree.isAboveTemporary(folder)) {
            return false;
        }
        ListRequest anyKey = new ListRequest(prefix, null, false, 1);
        return new TreeWalk(tree, folders, calls, anyKey).page().entries().isEmpty();
    }

    private boolean add(String entry) {
        if (entry.length() > ObjectKey.MAX_LENGTH) {
            return true;
        }
        if (entries.size() == request.limit()) {
            more = true;
            return false;
        }
        entries.add(entry);
        return true;
    }

    /** {@code null} when the file is gone. */
    private @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return calls.attributes(path);
        } catch (IOException e) {
            if (Failures.isAbsent(path, e)) {
                return null;
            }
            throw e;
        }
    }
}
