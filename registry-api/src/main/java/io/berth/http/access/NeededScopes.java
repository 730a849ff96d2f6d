package io.berth.http.access;

import io.berth.access.Action;
import io.berth.access.Scope;
import io.berth.http.route.RegistryPath;
import io.berth.http.route.RegistryPath.Base;
import io.berth.http.route.RegistryPath.BlobAt;
import io.berth.http.route.RegistryPath.Catalog;
import io.berth.http.route.RegistryPath.InRepository;
import io.berth.http.route.RegistryPath.ManifestAt;
import io.berth.http.route.RegistryPath.Referrers;
import io.berth.http.route.RegistryPath.Root;
import io.berth.http.route.RegistryPath.Server;
import io.berth.http.route.RegistryPath.Tags;
import io.berth.http.route.RegistryPath.UploadAt;
import io.berth.http.route.RegistryPath.Uploads;
import java.util.List;

/**
 * What a request needs, by its path and method. As in distribution: reading needs pull, writing
 * pull and push, deleting delete. An upload needs pull and push for every method: only a client
 * that pushes has a reason to ask for one, and those that cancel one have no more.
 */
final class NeededScopes {

    private NeededScopes() {}

    /** Empty for the base of the API, and for what is open to all. */
    static List<Scope> of(RegistryPath path, String method) {
        return switch (path) {
            case Server _, Root _, Base _ -> List.of();
            case Catalog _ -> List.of(Scope.catalog());
            case Uploads uploads -> List.of(push(uploads));
            case UploadAt upload -> List.of(push(upload));
            case ManifestAt _, BlobAt _, Tags _, Referrers _ ->
                    List.of(content((InRepository) path, method));
        };
    }

    private static Scope content(InRepository path, String method) {
        return switch (method) {
            case "GET", "HEAD" -> Scope.of(path.repository(), Action.PULL);
            case "DELETE" -> Scope.of(path.repository(), Action.DELETE);
            default -> push(path); // for methods that do not exist, too
        };
    }

    private static Scope push(InRepository path) {
        return Scope.of(path.repository(), Action.PULL, Action.PUSH);
    }
}
