package io.berth.http.route;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.http.response.ApiHeaders;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.HttpRequestHandler;

/** The actions of one type of path, by HTTP method. */
public final class Route<P extends RegistryPath> {

    /**
     * Answers one method on one type of path. An action that throws may have sent a part of a blob
     * or of a list.
     */
    @FunctionalInterface
    public interface Action<P extends RegistryPath> {

        /**
         * Answers a request.
         *
         * @throws io.berth.error.RegistryException for errors of the protocol
         * @throws IOException only when the client's connection fails
         */
        void handle(P path, HttpServletRequest request, HttpServletResponse response)
                throws IOException;
    }

    private final Class<P> type;
    private final Map<String, Action<P>> actions = new LinkedHashMap<>();

    private Route(Class<P> type) {
        this.type = type;
    }

    /** A route without actions. */
    public static <P extends RegistryPath> Route<P> on(Class<P> type) {
        return new Route<>(type);
    }

    /** Sets the action of GET. */
    public Route<P> get(Action<P> action) {
        return with("GET", action);
    }

    /** Sets the action of HEAD. */
    public Route<P> head(Action<P> action) {
        return with("HEAD", action);
    }

    /** Sets the action of POST. */
    public Route<P> post(Action<P> action) {
        return with("POST", action);
    }

    /** Sets the action of PATCH. */
    public Route<P> patch(Action<P> action) {
        return with("PATCH", action);
    }

    /** Sets the action of PUT. */
    public Route<P> put(Action<P> action) {
        return with("PUT", action);
    }

    /** Sets the action of DELETE. */
    public Route<P> delete(Action<P> action) {
        return with("DELETE", action);
    }

    private Route<P> with(String method, Action<P> action) {
        actions.put(method, action);
        return this;
    }

    Class<P> type() {
        return type;
    }

    /** The methods with an action, in the order of their declaration. */
    Set<String> methods() {
        return actions.keySet();
    }

    /** The action for a path and method, run as a caller; {@code null} when there is none. */
    @Nullable HttpRequestHandler bind(RegistryPath path, String method, Caller caller) {
        Action<P> action = actions.get(method);
        if (action == null) {
            return null;
        }
        P typed = type.cast(path);
        return (request, response) -> {
            ApiHeaders.addTo(response);
            CallerScope.call(
                    caller,
                    () -> {
                        action.handle(typed, request, response);
                        return true;
                    });
        };
    }
}
