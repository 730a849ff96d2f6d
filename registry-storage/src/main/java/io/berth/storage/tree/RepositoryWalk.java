package io.berth.storage.tree;

import io.berth.name.RepositoryName;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds repositories by walking their folders, in the order of the bytes of their names. A walk can
 * begin after any name and end at any name.
 *
 * <p>A folder {@code a} contains the repositories {@code a/…}, and may be a repository itself. In
 * the order of names, {@code a} comes first, then {@code a-b} and {@code a.b} with everything below
 * them, then {@code a/…}. A listing has the same order for what is below the folders; only the
 * folders themselves have to be looked up earlier than they are listed (see {@link NameOrder}).
 *
 * <p>Symbolic links to folders are not followed below the folder of all repositories, as they may
 * lead out of the tree or in a circle. Folders that this user may not read are left out and logged
 * once. Safe for several threads.
 */
public final class RepositoryWalk {

    private static final Logger log = LoggerFactory.getLogger(RepositoryWalk.class);

    /** Number of folders that are logged. */
    private static final int MAX_LOGGED = 100;

    private final ObjectStore store;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    public RepositoryWalk(ObjectStore store) {
        this.store = store;
    }

    /**
     * @param page its limit is 1 or more
     * @param visible as of {@link io.berth.registry.RegistryLister#repositories}
     */
    public Page<RepositoryName> list(PageRequest page, Predicate<RepositoryName> visible) {
        VisiblePage gathered = new VisiblePage(page, visible, this::isRepository);
        var _ = new Walk(page.after(), gathered::add).below("");
        return gathered.page();
    }

    /**
     * Visits the repositories after a name.
     *
     * @param visitor {@code false} ends the walk
     * @return {@code false} when the visitor has ended the walk
     */
    public boolean walk(@Nullable String after, Predicate<RepositoryName> visitor) {
        return new Walk(after, name -> !isRepository(name) || visitor.test(name)).below("");
    }

    public boolean isRepository(RepositoryName name) {
        String wanted = RegistryLayout.REPOSITORIES + name + "/" + RegistryLayout.MANIFESTS;
        String justBefore = wanted.substring(0, wanted.length() - 1);
        Listing listing =
                list(
                        new ListRequest(
                                RegistryLayout.REPOSITORIES + name + "/", justBefore, true, 1));
        return listing.keys().contains(wanted);
    }

    /** Whether the folder of a repository, or of those below it, is a symbolic link on a disk. */
    public static boolean isLink(ObjectStore store, String name) {
        ObjectKey child =
                ObjectKey.of(RegistryLayout.REPOSITORIES + name + "/" + RegistryLayout.UPLOADS);
        return store.localFiles()
                .filter(files -> Files.isSymbolicLink(files.path(child).getParent()))
                .isPresent();
    }

    private Listing list(ListRequest request) {
        try {
            return store.list(request);
        } catch (ObjectStoreException.Unavailable e) {
            boolean denied = e.getCause() instanceof AccessDeniedException;
            if (!denied || request.prefix().equals(RegistryLayout.REPOSITORIES)) {
                throw e;
            }
            if (logged.size() < MAX_LOGGED && logged.add(request.prefix())) {
                log.warn(
                        "{} is left out of the catalog, because this user may not read it: allow it."
                                + " Its repositories are listed again after the next purge of uploads,"
                                + " or when they are pushed to",
                        request.prefix(),
                        e);
            }
            return new Listing(List.of(), false);
        }
    }

    /** Visits the names of folders, which need not be repositories. */
    private final class Walk {

        private final @Nullable String after;
        private final Predicate<RepositoryName> visitor;

        Walk(@Nullable String after, Predicate<RepositoryName> visitor) {
            this.after = after;
            this.visitor = visitor;
        }

        /**
         * Walks the folders below a folder.
         *
         * @param path of the folder: empty, or a name followed by a slash
         * @return {@code false} when the visitor has ended the walk
         */
        boolean below(String path) {
            String prefix = RegistryLayout.REPOSITORIES + path;
            String position = firstPosition(prefix, path);
            NameOrder order = new NameOrder();
            Listing page = new Listing(List.of(), true);
            while (page.more()) {
                page =
                        list(
                                new ListRequest(prefix, position, true, PagedListing.MAX_PAGE)
                                        .continuing(page.continuation()));
                for (String entry : page.keys()) {
                    position = entry;
                    String component = entry.substring(prefix.length());
                    if (component.endsWith("/")
                            && !component.startsWith("_")
                            && !folder(path, withoutSlash(component), order)) {
                        return false;
                    }
                }
            }
            return true;
        }

        /**
         * The position where the listing of a folder begins, so that names before the walk are
         * skipped.
         */
        private @Nullable String firstPosition(String prefix, String path) {
            if (after == null || !after.startsWith(path)) {
                return null;
            }
            int slash = after.indexOf('/', path.length());
            String component =
                    slash < 0
                            ? after.substring(path.length())
                            : after.substring(path.length(), slash);
            return component.isEmpty() ? null : prefix + component;
        }

        private boolean folder(String path, String component, NameOrder order) {
            for (String candidate : order.next(component)) {
                if (!visit(path + candidate)) {
                    return false;
                }
            }
            String name = path + component;
            return !RepositoryName.isValid(name)
                    || !mayHaveWanted(name)
                    || isLink(store, name)
                    || below(name + "/");
        }

        private boolean visit(String name) {
            boolean wanted = after == null || name.compareTo(after) > 0;
            return !wanted
                    || !RepositoryName.isValid(name)
                    || isLink(store, name)
                    || visitor.test(RepositoryName.of(name));
        }

        /** Whether a name below this folder can sort after {@link #after}. */
        private boolean mayHaveWanted(String name) {
            return after == null || (name + "/\uffff").compareTo(after) > 0;
        }
    }

    private static String withoutSlash(String folder) {
        return folder.substring(0, folder.length() - 1);
    }
}
