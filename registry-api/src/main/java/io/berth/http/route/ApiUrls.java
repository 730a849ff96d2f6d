package io.berth.http.route;

import io.berth.http.message.Authority;
import io.berth.http.message.ForwardedOrigin;
import io.berth.registry.Page;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Translates between URLs and paths of the API: removes and adds the prefix, and the scheme and
 * host by which clients reach the server. Immutable.
 */
public final class ApiUrls {

    private final UrlSettings settings;

    /** What precedes a path in a {@code Link}, which is never absolute. */
    private final String pathBase;

    /** URLs with these settings. */
    public ApiUrls(UrlSettings settings) {
        this.settings = settings;
        this.pathBase = pathOf(settings.host()) + settings.prefix();
    }

    private static String pathOf(@Nullable URI host) {
        String path = host == null ? null : host.getRawPath();
        return path == null ? "" : path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Whether the API answers this request, even if only with an error. */
    public boolean covers(HttpServletRequest request) {
        return covers(request.getRequestURI());
    }

    /**
     * As {@link #covers(HttpServletRequest)}.
     *
     * @param requestPath still encoded
     */
    public boolean covers(String requestPath) {
        String path = belowPrefix(requestPath);
        return path != null && (isOfServer(path) || path.equals("/v2") || path.startsWith("/v2/"));
    }

    /**
     * Parses the path of a request.
     *
     * @return {@code null} when the API does not cover it
     * @throws io.berth.error.RegistryException as {@link RegistryPath#parse}
     */
    @Nullable RegistryPath parse(HttpServletRequest request) {
        String path = belowPrefix(request.getRequestURI());
        return path == null ? null : RegistryPath.parse(path);
    }

    /**
     * The path without the prefix. Extra slashes before and after the prefix are removed: they come
     * from a configured address that ends with a slash. Other registries redirect such requests,
     * which Go's clients follow for GET and HEAD, while their POST becomes a GET.
     */
    private @Nullable String belowPrefix(String requestPath) {
        String path = withOneSlash(requestPath);
        if (isOfServer(path)) {
            return path;
        }
        return path.startsWith(settings.prefix())
                ? withOneSlash(path.substring(settings.prefix().length()))
                : null;
    }

    /** Whether the path names the server itself, which has no prefix. */
    private static boolean isOfServer(String path) {
        return path.equals("/") || path.equals("*");
    }

    private static String withOneSlash(String path) {
        int slashes = 0;
        while (slashes < path.length() && path.charAt(slashes) == '/') {
            slashes++;
        }
        return slashes > 1 ? path.substring(slashes - 1) : path;
    }

    /**
     * The value of {@code Location} for a path of the API: an absolute path or an absolute URL, as
     * clients resolve relative ones differently.
     */
    public String location(HttpServletRequest request, RegistryPath target) {
        String path = pathBase + target.path();
        return settings.host() == null && settings.relativeUrls()
                ? path
                : authority(request) + path;
    }

    /**
     * Adds the {@code Link} to the next page, if there is one (RFC 8288).
     *
     * @param name the text of an item, after which a page can begin
     * @param query makes the query of the page after such a text
     */
    public <T> void linkToNext(
            HttpServletResponse response,
            RegistryPath list,
            Page<T> page,
            Function<T, String> name,
            Function<String, String> query) {
        if (page.more()) {
            String last = page.next() != null ? page.next() : name.apply(page.items().getLast());
            String target = pathBase + list.path() + "?" + query.apply(last);
            response.setHeader("Link", "<" + target + ">; rel=\"next\"");
        }
    }

    /**
     * The absolute URL of what stands beside the API, below the same prefix.
     *
     * @param path of it, with a slash at its beginning
     * @return only the path when the request has no valid {@code Host} and none is configured
     */
    public String beside(HttpServletRequest request, String path) {
        return authority(request) + pathBase + path;
    }

    /**
     * The scheme and authority under which a client reaches the registry: those of {@code
     * http.host}, or else those of the request. Without a slash at the end.
     *
     * @return empty when the request has no valid {@code Host} and none is configured
     */
    public String authority(HttpServletRequest request) {
        URI host = settings.host();
        return host == null ? origin(request) : host.getScheme() + "://" + host.getRawAuthority();
    }

    private String origin(HttpServletRequest request) {
        String scheme = request.getScheme();
        String host = request.getHeader("Host");
        if (host != null && !Authority.isValid(host)) {
            host = null;
        }
        if (settings.trustForwarded()) {
            ForwardedOrigin forwarded =
                    ForwardedOrigin.of(
                            request.getHeader("Forwarded"),
                            request.getHeader("X-Forwarded-Proto"),
                            request.getHeader("X-Forwarded-Host"));
            scheme = Objects.requireNonNullElse(forwarded.scheme(), scheme);
            host = forwarded.host() == null ? host : forwarded.host();
        }
        return host == null ? "" : scheme + "://" + host;
    }
}
