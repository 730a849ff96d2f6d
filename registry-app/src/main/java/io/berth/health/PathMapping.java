package io.berth.health;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;

/**
 * Finds a handler by the path of a request as it was sent. Spring's own mappings have the
 * dispatcher parse the path of every request, also of those that are not theirs, and fail where it
 * cannot be parsed.
 */
final class PathMapping extends AbstractHandlerMapping {

    private final Map<String, HttpRequestHandler> handlers;

    PathMapping(Map<String, HttpRequestHandler> handlers, int order) {
        this.handlers = Map.copyOf(handlers);
        setOrder(order);
    }

    @Override
    protected @Nullable Object getHandlerInternal(HttpServletRequest request) {
        return handlers.get(request.getRequestURI());
    }

    @Override
    public boolean usesPathPatterns() {
        return false;
    }

    @Override
    protected String initLookupPath(HttpServletRequest request) {
        return request.getRequestURI();
    }
}
