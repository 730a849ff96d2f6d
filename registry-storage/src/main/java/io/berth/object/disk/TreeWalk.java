package io.berth.object.disk;

import io.berth.object.Continuation;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectKey;
import io.berth.object.disk.file.FileErrors;
import io.berth.object.disk.file.SystemCalls;
import io.berth.object.disk.folder.FolderNameCache;
import io.berth.object.disk.folder.SortedNames;
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
 * Walks over the files of one page of a listing, at the cost of that page: one stat for each name
 * in the page that is not known to be a folder, and none for other names. For one thread, once.
 *
 * <p>Keys sort by their bytes, so that a folder sorts with its slash: a file {@code v1} comes
 * before all names that begin with it, but a folder {@code v1/} comes after {@code v1.0/}. Names
 * are visited in their own order, and a folder is deferred until the next name sorts after its
 * slash. All names between {@code v1} and {@code v1/} begin with {@code v1}, so that the deferred
 * folders are a stack.
 */
final class TreeWalk {

    /**
     * A folder whose keys come later.
     *
     * @param isFolder {@code false} when it is not known whether this is a folder
     * @param attributes {@code null} when unknown; only needed to visit the folder
     */
    private record Deferred(
            String name, boolean isFolder, @Nullable BasicFileAttributes attributes) {}

    /** The names in the folders in which a page ended, as they were when the folder was read. */
    private record Unfinished(Map<Path, SortedNames> folders) implements Continuation {}

    private final FileTree tree;
    private final FolderNameCache folderNames;
    private final SystemCalls calls;
    private final ListRequest request;

    /** Only keys that sort after it belong to the page. */
    private final String after;

    private final List<Listing.Entry> entries = new ArrayList<>();
    private final Map<Path, SortedNames> unfinished = new HashMap<>();
    private boolean more;

    TreeWalk(FileTree tree, FolderNameCache folderNames, SystemCalls calls, ListRequest request) {
        this.tree = tree;
        this.folderNames = folderNames;
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

    /** Whether the page has room for more keys. */
    private boolean visit(Path folder, String prefix, BasicFileAttributes attributes)
            throws IOException {
        String afterHere = "";
        if (after.startsWith(prefix)) {
            afterHere = after.substring(prefix.length());
        } else if (after.compareTo(prefix) > 0) {
            return true; // all of its keys sort before the page
        }
        SortedNames names = names(folder, attributes, afterHere);
        Deque<Deferred> deferred = foldersAround(afterHere, names);
        boolean room = visit(folder, prefix, afterHere, names, deferred);
        while (room && !names.reachesEnd()) {
            String last = names.last();
            names = folderNames.names(folder, attributes, last);
            room = visit(folder, prefix, last, names, deferred);
        }
        room = room && visitDeferred(deferred, null, folder, prefix);
        if (!room) {
            unfinished.put(folder, names);
        }
        return room;
    }

    /** Reading a large folder again for every page would take quadratic time. */
    private SortedNames names(Path folder, BasicFileAttributes attributes, String afterHere)
            throws IOException {
        if (request.continuation() instanceof Unfinished(Map<Path, SortedNames> read)) {
            SortedNames before = read.get(folder);
            if (before != null && (before.reachesEnd() || before.last().compareTo(afterHere) > 0)) {
                return before;
            }
        }
        return folderNames.names(folder, attributes, afterHere);
    }

    /** Visits the names after {@code afterHere}; whether the page has room for more keys. */
    private boolean visit(
            Path folder,
            String prefix,
            String afterHere,
            SortedNames names,
            Deque<Deferred> deferred)
            throws IOException {
        SortedNames.Cursor cursor = names.after(afterHere);
        while (cursor.next()) {
            String name = cursor.name();
            if (!visitDeferred(deferred, name, folder, prefix)) {
                return false;
            }
            if (request.foldFolders() && cursor.isFolder()) {
                deferred.push(new Deferred(name, true, null));
                continue;
            }
            BasicFileAttributes found = attributes(folder.resolve(name));
            if (found == null) {
                continue;
            }
            if (found.isDirectory()) {
                cursor.sawFolder();
                deferred.push(new Deferred(name, true, found));
            } else if (found.isRegularFile()
                    && !ForeignFiles.isTemporary(name)
                    && !add(prefix + name, found)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Folders whose names sort before the page but whose keys may be in it. Each name is a prefix
     * of the text after which the page begins, up to a character that sorts no later than the
     * slash.
     */
    private static Deque<Deferred> foldersAround(String afterHere, SortedNames names) {
        Deque<Deferred> deferred = new ArrayDeque<>();
        for (int end = 1; end <= afterHere.length(); end++) {
            char next = end == afterHere.length() ? '/' : afterHere.charAt(end);
            String name = afterHere.substring(0, end);
            if (next <= '/' && names.contains(name)) {
                deferred.push(new Deferred(name, false, null));
            }
            if (next == '/') {
                break;
            }
        }
        return deferred;
    }

    /** Visits the deferred folders that sort before {@code next}; all when it is {@code null}. */
    private boolean visitDeferred(
            Deque<Deferred> deferred, @Nullable String next, Path folder, String prefix)
            throws IOException {
        while (!deferred.isEmpty()) {
            Deferred last = deferred.peek();
            if (next != null && next.compareTo(last.name() + "/") < 0) {
                return true;
            }
            deferred.pop();
            if (!enter(last, folder.resolve(last.name()), prefix + last.name() + "/")) {
                return false;
            }
        }
        return true;
    }

    private boolean enter(Deferred deferred, Path folder, String prefix) throws IOException {
        if (tree.isTemporary(folder) || prefix.length() >= ObjectKey.MAX_LENGTH) {
            return true;
        }
        if (request.foldFolders() && prefix.compareTo(after) <= 0) {
            return true;
        }
        BasicFileAttributes attributes = deferred.attributes();
        if (attributes == null && !deferred.isFolder()) {
            attributes = attributes(folder);
            if (attributes == null || !attributes.isDirectory()) {
                return true;
            }
        }
        if (attributes != null && !request.foldFolders()) {
            return visit(folder, prefix, attributes);
        }
        return isOnlyForTemporaryFiles(folder, prefix) || add(prefix, null);
    }

    /** Whether a folder exists only for temporary files, so that it must not be listed. */
    private boolean isOnlyForTemporaryFiles(Path folder, String prefix) throws IOException {
        if (!tree.isAboveTemporary(folder)) {
            return false;
        }
        ListRequest anyKey = new ListRequest(prefix, null, false, 1);
        return new TreeWalk(tree, folderNames, calls, anyKey).page().entries().isEmpty();
    }

    /**
     * @param file {@code null} for a folder
     */
    private boolean add(String key, @Nullable BasicFileAttributes file) {
        if (key.length() > ObjectKey.MAX_LENGTH) {
            return true;
        }
        if (entries.size() == request.limit()) {
            more = true;
            return false;
        }
        entries.add(
                new Listing.Entry(
                        key, file != null && request.info() ? Publisher.info(file) : null));
        return true;
    }

    /** {@code null} when the file does not exist any more. */
    private @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return calls.attributes(path);
        } catch (IOException e) {
            if (FileErrors.isAbsent(path, e)) {
                return null;
            }
            throw e;
        }
    }
}
