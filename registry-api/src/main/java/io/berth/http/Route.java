package io.berth.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.HttpRequestHandler;

/** One kind of path and what each method does there. */
final class Route<P extends RegistryPath> {

    /** Answers one method on one kind of path, or throws and has written nothing. */
    @FunctionalInterface
    interface Action<P extends RegistryPath> {

        /**
         * @throws io.berth.error.RegistryException for everything the protocol has a name for
         * @throws IOException when the client's connection fails, and for nothing else
         */
        void handle(P path, HttpServletRequest request, HttpServletResponse response)
                throws IOException;
    }

    private final Class<P> type;
    private final Map<String, Action<P>> actions = new LinkedHashMap<>();

    private Route(Class<P> type) {
        this.type = type;
    }

    static <P extends RegistryPath> Route<P> on(Class<P> type) {
        return new Route<>(type);
    }

    Route<P> get(Action<P> action) {
        return with("GET", action);
    }

    Route<P> head(Action<P> action) {
        return with("HEAD", action);
    }

    Route<P> post(Action<P> action) {
        return with("POST", action);
    }

    Route<P> patch(Action<P> action) {
        return with("PATCH", action);
    }

    Route<P> put(Action<P> action) {
        return with("PUT", action);
    }

    Route<P> delete(Action<P> action) {
        return with("DELETE", action);
    }

    private Route<P> with(String method, Action<P> action) {
        actions.put(method, action);
        return this;
    }

    Class<P> type() {
        return type;
    }

    /** The methods that exist here, in the order they were declared. */
    Set<String> methods() {
        return actions.keySet();
    }

    /** {@code null} when the method does not exist here. */
    @Nullable HttpRequestHandler bind(RegistryPath path, String method) {
        Action<P> action = actions.get(method);
        if (action == null) {
            return null;
        }
        P typed = type.cast(path);
        return (request, response) -> {
            ApiHeaders.addTo(response);
            action.handle(typed, request, response);
        };
    }
}
