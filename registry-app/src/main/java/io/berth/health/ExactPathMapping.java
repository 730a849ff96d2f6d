package io.berth.health;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;

/**
 * Maps requests to handlers by their exact path, still encoded. With Spring's own mappings the
 * dispatcher would parse the path of every request, and fail on malformed ones.
 */
final class ExactPathMapping extends AbstractHandlerMapping {

    private final Map<String, HttpRequestHandler> handlers;

    ExactPathMapping(Map<String, HttpRequestHandler> handlers, int order) {
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
