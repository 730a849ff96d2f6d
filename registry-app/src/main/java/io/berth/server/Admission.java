package io.berth.server;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.http.ErrorAnswer;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Lets no client have more requests under way than it may, and nobody wait for a body that is not
 * wanted.
 */
final class Admission extends ValveBase {

    private static final int TOO_MANY_REQUESTS = 429;

    private final PerClient requests;
    private final boolean trustForwarded;

    /**
     * @param limit requests of one client that are under way
     * @param trustForwarded whether a client is who a proxy says it is
     */
    Admission(int limit, boolean trustForwarded) {
        super(true);
        this.requests = new PerClient(limit);
        this.trustForwarded = trustForwarded;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (Workers.isBeyondAll()) {
            // What may follow on this connection is not allowed now.
            response.setHeader("Connection", "close");
        }
        String client = client(request);
        if (requests.enter(client)) {
            try {
                getNext().invoke(request, response);
            } finally {
                requests.leave(client);
            }
        } else {
            ErrorAnswer.send(
                    request,
                    response,
                    TOO_MANY_REQUESTS,
                    List.of(RegistryError.of(ErrorCode.TOO_MANY_REQUESTS)),
                    Map.of("Retry-After", "5"));
        }
        closeWithUnreadBody(request, response);
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

    private static void closeWithUnreadBody(Request request, Response response) {
        Connection connection = Connection.current();
        if (connection == null || request.getCoyoteRequest().isFinished()) {
            return;
        }
        connection.wantNoMore();
        if (!response.isCommitted()) {
            response.setHeader("Connection", "close");
        }
    }
}
