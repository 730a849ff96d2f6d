package io.berth.http;

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
 * Between the URLs of requests and answers, and the paths of this API: knows the prefix, and by
 * which name clients call the server.
 */
final class ApiUrls {

    private final ApiSettings.Urls settings;

    /** What stands in front of a path in a {@code Link}, which is never absolute. */
    private final String pathBase;

    ApiUrls(ApiSettings.Urls settings) {
        this.settings = settings;
        this.pathBase = pathOf(settings.host()) + settings.prefix();
    }

    private static String pathOf(@Nullable URI host) {
        String path = host == null ? null : host.getRawPath();
        return path == null ? "" : path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Whether answering this request is the business of the API, even if only with an error. */
    boolean covers(HttpServletRequest request) {
        return covers(request.getRequestURI());
    }

    boolean covers(String requestPath) {
        String path = belowPrefix(requestPath);
        return path != null && (isOfServer(path) || path.equals("/v2") || path.startsWith("/v2/"));
    }

    /**
     * @return {@code null} when the API does not cover it
     * @throws io.berth.error.RegistryException as {@link RegistryPath#parse}
     */
    @Nullable RegistryPath parse(HttpServletRequest request) {
        String path = belowPrefix(request.getRequestURI());
        return path == null ? null : RegistryPath.parse(path);
    }

    /**
     * The path as the API knows it. Slashes too many in front of it, or between it and the prefix,
     * go off: they come of a registry's address that ends with one. Other registries redirect such
     * requests, which Go's clients follow for GET and HEAD, while their POST becomes a GET.
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

    /** Has no prefix. */
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
     * The value of {@code Location} for a path of the API: a path from the root, or a whole URL
     * (never relative to the request: clients resolve that differently).
     */
    String location(HttpServletRequest request, RegistryPath target) {
        URI host = settings.host();
        if (host != null) {
            return host.getScheme() + "://" + host.getRawAuthority() + pathBase + target.path();
        }
        String path = pathBase + target.path();
        return settings.relative() ? path : origin(request) + path;
    }

    /**
     * Adds the {@code Link} to the page that follows, if one does (RFC 8288).
     *
     * @param name the text of an item that a page can begin behind
     * @param query makes the query for the page behind such a text
     */
    <T> void linkToNext(
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
