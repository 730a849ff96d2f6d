package io.berth.http.route;

import io.berth.access.Caller;
import io.berth.error.ErrorCode;
import io.berth.error.OperationRefusedException;
import io.berth.error.RegistryException;
import io.berth.http.response.ApiHeaders;
import io.berth.http.route.RegistryPath.Server;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.HttpRequestHandler;

/** The table of all routes, by the type of their path. Immutable. */
public final class Routes {

    private static final Set<String> READING = Set.of("GET", "HEAD");

    private final Map<Class<? extends RegistryPath>, Route<?>> byType = new HashMap<>();
    private final Set<String> methods = new LinkedHashSet<>();
    private final boolean readOnly;

    /**
     * @param readOnly whether every method that may change something is refused
     */
    public Routes(List<Route<?>> routes, boolean readOnly) {
        this.readOnly = readOnly;
        for (Route<?> route : routes) {
            byType.put(route.type(), route);
            methods.addAll(route.methods());
        }
    }

    /** The types of path that have a route. */
    public Set<Class<? extends RegistryPath>> types() {
        return byType.keySet();
    }

    /**
     * The action for a path and method.
     *
     * @param caller who the action is done as
     * @throws RegistryException UNSUPPORTED when the path has no such method, or it is refused
     */
    HttpRequestHandler handler(RegistryPath path, String method, Caller caller) {
        if (method.equals("OPTIONS")) {
            return options(path);
        }
        HttpRequestHandler handler = route(path).bind(path, method, caller);
        if (handler == null) {
            throw new RegistryException(
                    ErrorCode.UNSUPPORTED,
                    ErrorCode.UNSUPPORTED.message(),
                    "this resource does not support the method");
        }
        if (readOnly && !READING.contains(method)) {
            throw new OperationRefusedException(OperationRefusedException.Reason.READ_ONLY);
        }
        return handler;
    }

    /**
     * Lists the methods of a path (RFC 9110, section 9.3.7). Browsers send such a preflight,
     * without credentials, before most requests to another origin, and go on only after a success.
     * Which origins, methods and headers are allowed is up to the administrator, whose headers are
     * added to every response.
     */
    private HttpRequestHandler options(RegistryPath path) {
        String allowed =
                allowed(path, readOnly ? OperationRefusedException.Reason.READ_ONLY : null);
        return (_, response) -> {
            ApiHeaders.addTo(response);
            response.setHeader("Allow", allowed);
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        };
    }

    /**
     * The value of {@code Allow} for an operation that is refused. The server as a whole has the
     * methods of all paths.
     *
     * @param reason why it is refused, so that other refused methods are left out as well; {@code
     *     null} when only this method does not exist
     */
    public String allowed(RegistryPath path, OperationRefusedException.@Nullable Reason reason) {
        List<String> allowed =
                new ArrayList<>(path instanceof Server ? methods : route(path).methods());
        if (reason != null) {
            switch (reason) {
                case READ_ONLY -> allowed.retainAll(READING);
                case DELETE_DISABLED -> allowed.remove("DELETE");
            }
        }
        return String.join(", ", allowed);
    }

    private Route<?> route(RegistryPath path) {
        Route<?> route = byType.get(path.getClass());
        if (route == null) {
            throw new IllegalStateException("no route for " + path.getClass());
        }
        return route;
    }
}
