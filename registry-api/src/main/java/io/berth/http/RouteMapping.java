package io.berth.http;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;

/**
 * Finds the action for a request by the typed path. Spring's own patterns cannot express a name
 * with slashes in the middle of a path.
 */
final class RouteMapping extends AbstractHandlerMapping {

    private final ApiUrls urls;
    private final Routes routes;

    RouteMapping(ApiUrls urls, Routes routes) {
        this.urls = urls;
        this.routes = routes;
        setOrder(Ordered.HIGHEST_PRECEDENCE);
    }

    @Override
    protected @Nullable Object getHandlerInternal(HttpServletRequest request) {
        return handler(request);
    }

    /**
     * @return {@code null} for a request that the API does not cover
     * @throws io.berth.error.RegistryException when its path or method is refused
     */
    @Nullable HttpRequestHandler handler(HttpServletRequest request) {
        RegistryPath path = urls.parse(request);
        if (path == null) {
            return null;
        }
        request.setAttribute(RegistryPath.ATTRIBUTE, path);
        return routes.handler(path, request.getMethod());
    }

    /** A preflight is answered as any OPTIONS: what a page may do is not Spring's to decide. */
    @Override
    protected HandlerExecutionChain getCorsHandlerExecutionChain(
            HttpServletRequest request,
            HandlerExecutionChain chain,
            @Nullable CorsConfiguration configuration) {
        return chain;
    }

    /** Spares every request Spring's own reading of its path, which nothing here looks at. */
    @Override
    public boolean usesPathPatterns() {
        return false;
    }

    @Override
    protected String initLookupPath(HttpServletRequest request) {
        return request.getRequestURI();
    }
}
