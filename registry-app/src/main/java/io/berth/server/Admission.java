package io.berth.server;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.http.ErrorAnswer;
import io.berth.http.RegistryApi;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests of a client that has too many under way, and does not wait for the bodies of
 * refused requests.
 */
final class Admission extends ValveBase {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;

    /** Methods whose bodies are read. */
    private static final Set<String> READ = Set.of("PATCH", "POST", "PUT");

    private final PerClient requests;
    private final RegistryError tooMany;
    private final boolean trustForwarded;

    /**
     * @param limit requests of one client that are under way
     * @param trustForwarded whether a client is who a proxy says it is
     */
    Admission(int limit, boolean trustForwarded) {
        super(true);
        this.requests = new PerClient(limit);
        this.tooMany =
                RegistryError.of(
                        ErrorCode.TOO_MANY_REQUESTS,
                        "requests of one address at the same time: %d (http.limits.requestsperclient)"
                                .formatted(limit));
        this.trustForwarded = trustForwarded;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        // What may follow on this connection is not allowed now, or is lost behind a body that is
        // not read. When an answer has begun it is too late to say so.
        if (Workers.isBeyondAll() || (hasBody(request) && !readsBody(request))) {
            response.setHeader("Connection", "close");
        }
        String client = enter(request);
        if (client == null) {
            refuse(request, response, TOO_MANY_REQUESTS, tooMany);
        } else {
            try {
                if (mayReadBody(request)) {
                    getNext().invoke(request, response);
                } else {
                    refuse(request, response, UNAVAILABLE, RegistryError.of(ErrorCode.UNAVAILABLE));
                }
            } finally {
                leave(client);
            }
        }
        closeWithUnreadBody(request, response);
    }

    /**
     * Counts a request of its client; then {@link #leave} must follow.
     *
     * @return the client; {@code null} where it has as many under way as it may
     */
    @Nullable String enter(Request request) {
        String client = client(request);
        request.setAttribute(RegistryApi.CLIENT_ATTRIBUTE, client);
        return requests.enter(client) ? client : null;
    }

    void leave(String client) {
        requests.leave(client);
    }

    /**
     * A request that has waited for its turn may read its body. It may not where that could not be
     * seen beforehand: its header came together with the end of the request before it, or hid that
     * there is a body.
     */
    private static boolean mayReadBody(Request request) {
        Connection connection = Connection.current();
        return connection == null
                || !hasBody(request)
                || !readsBody(request)
                || connection.beginBody();
    }

    private static void refuse(Request request, Response response, int status, RegistryError error)
            throws IOException {
        Map<String, String> headers = Map.of("Retry-After", "5");
        ErrorAnswer.send(request, response, status, List.of(error), headers);
    }

    private String client(Request request) {
        String forwarded = trustForwarded ? ClientAddress.forwarded(request) : null;
        if (forwarded != null) {
            return forwarded;
        }
        Connection connection = Connection.current();
        String counted = connection == null ? null : connection.countedAs();
        return counted == null ? request.getRemoteAddr() : counted;
    }

    /** Whether some of the body is to come, or its end. */
    private static boolean hasBody(Request request) {
        return !request.getCoyoteRequest().isFinished();
    }

    private static boolean readsBody(Request request) {
        return READ.contains(request.getMethod());
    }

    /** Says that the connection ends where some of a body is left, which nothing reads. */
    static void closeWithUnreadBody(Request request, Response response) {
        Connection connection = Connection.current();
        if (connection == null || !hasBody(request)) {
            return;
        }
        connection.wantNoMore();
        if (!response.isCommitted()) {
            response.setHeader("Connection", "close");
        }
    }
}
