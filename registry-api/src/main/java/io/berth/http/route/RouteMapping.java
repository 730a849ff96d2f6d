package io.berth.http.route;

import io.berth.access.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.BiFunction;
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
    private final BiFunction<RegistryPath, HttpServletRequest, Caller> admission;

    /**
     * A mapping that Spring asks first.
     *
     * @param admission the caller of a request, if that may go on; throws what refuses it
     */
    public RouteMapping(
            ApiUrls urls,
            Routes routes,
            BiFunction<RegistryPath, HttpServletRequest, Caller> admission) {
        this.urls = urls;
        this.routes = routes;
        this.admission = admission;
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
     * @throws io.berth.error.RegistryException when its path, its caller or its method is refused,
     *     in this order
     */
    public @Nullable HttpRequestHandler handler(HttpServletRequest request) {
        RegistryPath path = urls.parse(request);
        if (path == null) {
            return null;
        }
        request.setAttribute(RegistryPath.ATTRIBUTE, path);
        Caller caller = admission.apply(path, request);
        return routes.handler(path, request.getMethod(), caller);
    }

    /** Answers a CORS preflight like any OPTIONS, without Spring's own rules. */
    @Override
    protected HandlerExecutionChain getCorsHandlerExecutionChain(
            HttpServletRequest request,
            HandlerExecutionChain chain,
            @Nullable CorsConfiguration configuration) {
        return chain;
    }

    /** False, so that Spring does not parse the path of each request. */
    @Override
    public boolean usesPathPatterns() {
        return false;
    }

    @Override
    protected String initLookupPath(HttpServletRequest request) {
        return request.getRequestURI();
    }
}
