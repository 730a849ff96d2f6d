package io.berth.http.route;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;

/**
 * Maps requests to actions by the type of their path. Spring's own patterns cannot express a name
 * with slashes in the middle of a path.
 */
public final class RouteMapping extends AbstractHandlerMapping {

    private final ApiUrls urls;
    private final Routes routes;

    /** A mapping that Spring asks first. */
    public RouteMapping(ApiUrls urls, Routes routes) {
        this.urls = urls;
        this.routes = routes;
        setOrder(Ordered.HIGHEST_PRECEDENCE);
    }

    @Override
    protected @Nullable Object getHandlerInternal(HttpServletRequest request) {
        return handler(request);
    }

    /**
     * Finds the action for a request, and sets {@link RegistryPath#ATTRIBUTE}.
     *
     * @return {@code null} for a request that the API does not cover
     * @throws io.berth.error.RegistryException when its path or method is refused
     */
    public @Nullable HttpRequestHandler handler(HttpServletRequest request) {
        RegistryPath path = urls.parse(request);
        if (path == null) {
            return null;
        }
        request.setAttribute(RegistryPath.ATTRIBUTE, path);
        return routes.handler(path, request.getMethod());
    }

    /** Answers a CORS preflight like any OPTIONS, without Spring's own rules. */
    @Override
    protected HandlerExecutionChain getCorsHandlerExecutionChain(
            HttpServletRequest request,
            HandlerExecutionChain chain,
            @Nullable CorsConfiguration configuration) {
        return chain;
    }

    /** No, so that Spring does not parse the path of each request, which is not needed. */
    @Override
    public boolean usesPathPatterns() {
        return false;
    }

    @Override
    protected String initLookupPath(HttpServletRequest request) {
        return request.getRequestURI();
    }
}
