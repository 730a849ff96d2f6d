package io.berth.server;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.http.RegistryApi;
import io.berth.http.response.ErrorResponse;
import io.berth.server.connection.ClientAddress;
import io.berth.server.connection.Connection;
import io.berth.server.connection.PerClientLimit;
import io.berth.server.connection.RequestExecutor;
import io.berth.server.header.Probe;
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
 * Refuses requests of a client that has reached its limit, except probes, and does not wait for the
 * bodies of refused requests. Safe for use by many threads.
 */
final class AdmissionValve extends ValveBase {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;

    /** Methods with which the API reads the body of a request. */
    private static final Set<String> WITH_BODY = Set.of("PATCH", "POST", "PUT");

    private final PerClientLimit requests;
    private final RegistryError tooMany;
    private final boolean trustForwarded;

    /**
     * @param limit requests of one client at the same time
     * @param trustForwarded whether {@code X-Forwarded-For} or {@code Forwarded} of a proxy names
     *     the client
     */
    AdmissionValve(int limit, boolean trustForwarded) {
        super(true);
        this.requests = new PerClientLimit(limit);
        this.tooMany =
                RegistryError.of(
                        ErrorCode.TOO_MANY_REQUESTS,
                        "requests of one address at the same time: %d (http.limits.requestsperclient)"
                                .formatted(limit));
        this.trustForwarded = trustForwarded;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        // No request can follow on this connection: none is allowed now, or it would come after a
        // body that is not read. The header must be set before the response begins.
        if (RequestExecutor.isBeyondLimit() || (hasBody(request) && !readsBody(request))) {
            response.setHeader("Connection", "close");
        }
        String client = tryAcquire(request);
        if (client == null && isProbe(request)) {
            answerProbe(request, response);
        } else if (client == null) {
            refuse(request, response, TOO_MANY_REQUESTS, tooMany);
        } else {
            try {
                if (mayReadBody(request)) {
                    getNext().invoke(request, response);
                } else {
                    refuse(request, response, UNAVAILABLE, RegistryError.of(ErrorCode.UNAVAILABLE));
                }
            } finally {
                release(client);
            }
        }
        closeWithUnreadBody(request, response);
    }

    /**
     * Counts a request of its client; then {@link #release} must follow.
     *
     * @return the client; {@code null} when it has reached its limit, and nothing was counted
     */
    @Nullable String tryAcquire(Request request) {
        String client = client(request);
        request.setAttribute(RegistryApi.CLIENT_ATTRIBUTE, client);
        return requests.tryAcquire(client) ? client : null;
    }

    void release(String client) {
        requests.release(client);
    }

    /**
     * Whether a request may read its body. The connection holds a permit already, unless the header
     * came together with the end of the request before it, or did not show that there is a body.
     */
    private static boolean mayReadBody(Request request) {
        Connection connection = Connection.current();
        return connection == null
                || !hasBody(request)
                || !readsBody(request)
                || connection.tryBeginBody();
    }

    private static boolean isProbe(Request request) {
        return !hasBody(request) && Probe.is(request.getMethod(), request.getRequestURI());
    }

    /**
     * Answers a probe of a client that has reached its limit: an orchestrator often sends probes
     * from the same address as clients. The probe is not counted, so it is the last request of its
     * connection.
     */
    private void answerProbe(Request request, Response response)
            throws IOException, ServletException {
        response.setHeader("Connection", "close");
        Connection connection = Connection.current();
        if (connection != null) {
            connection.servesProbe();
        }
        getNext().invoke(request, response);
    }

    private static void refuse(Request request, Response response, int status, RegistryError error)
            throws IOException {
        Map<String, List<String>> headers = Map.of("Retry-After", List.of("5"));
        ErrorResponse.send(request, response, status, List.of(error), headers);
    }

    private String client(Request request) {
        String forwarded = trustForwarded ? ClientAddress.forwarded(request) : null;
        if (forwarded != null) {
            request.setRemoteAddr(forwarded);
            return forwarded;
        }
        Connection connection = Connection.current();
        String counted = connection == null ? null : connection.countedAs();
        return counted == null ? request.getRemoteAddr() : counted;
    }

    /** Whether the end of the body has not been read yet. */
    private static boolean hasBody(Request request) {
        return !request.getCoyoteRequest().isFinished();
    }

    private static boolean readsBody(Request request) {
        return WITH_BODY.contains(request.getMethod());
    }

    /** Closes the connection after the response if the request's body was not read to its end. */
    static void closeWithUnreadBody(Request request, Response response) {
        Connection connection = Connection.current();
        if (connection == null || !hasBody(request)) {
            return;
        }
        connection.stopReadingBody();
        if (!response.isCommitted()) {
            response.setHeader("Connection", "close");
        }
    }
}
