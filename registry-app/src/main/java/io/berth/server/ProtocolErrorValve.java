package io.berth.server;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.http.RegistryApi;
import io.berth.http.response.ErrorResponse;
import io.berth.server.connection.Connection;
import io.berth.server.connection.ConnectionLimits;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes error responses in the format of the protocol for requests that Tomcat refuses or that no
 * handler has answered: malformed requests, unknown methods, paths outside the API. If the response
 * has begun, the connection is closed, as Tomcat does. Tomcat creates this class by its name.
 */
public final class ProtocolErrorValve extends ErrorReportValve {

    private static final Logger log = LoggerFactory.getLogger(ProtocolErrorValve.class);

    /** How Tomcat shows the beginning of a TLS handshake that it has taken for a method. */
    private static final String TLS_HANDSHAKE = "[0x160x03";

    private static final int URI_TOO_LONG = 414;
    private static final int HEADERS_TOO_LARGE = 431;
    private static final int UNKNOWN_VERSION = 505;

    private static final RegistryError TOO_MANY_FIELDS =
            invalid(
                    "the request has more than the "
                            + ConnectionLimits.MAX_HEADER_FIELDS
                            + " header fields that this server accepts");

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        boolean tooManyFields = hasTooManyFields(request, response, failure);
        int status = tooManyFields ? HEADERS_TOO_LARGE : status(request, response);
        if (status < 400
                || response.getContentWritten() > 0
                || !response.setErrorReported()
                || !canBeSent(response)) {
            return;
        }
        Connection connection = Connection.current();
        if (connection != null && (tooManyFields || connection.isHeaderTooLarge())) {
            connection.stopReadingBody();
            response.setHeader("Connection", "close");
        }
        log(request, status, failure);
        try {
            // Not the facade, which is suspended once the application has called sendError.
            if (status == 400) {
                RegistryApi.sendMalformed(request, response, status);
            } else {
                RegistryError error = tooManyFields ? TOO_MANY_FIELDS : error(status);
                ErrorResponse.send(request, response, status, List.of(error), Map.of());
            }
            response.finishResponse();
        } catch (IOException e) {
            log.debug("the client closed the connection before status {} was sent", status, e);
        }
    }

    /** Logs malformed requests at debug level only, as clients could fill the log with them. */
    private static void log(Request request, int status, @Nullable Throwable failure) {
        if (status == 400 && isTls(failure)) {
            log.debug("a client spoke TLS to a port without TLS");
        } else if (failure != null && status >= 500) {
            log.error("{} {}: {}", request.getMethod(), request.getRequestURI(), status, failure);
        } else {
            log.debug("{} {}: {}", request.getMethod(), request.getRequestURI(), status, failure);
        }
    }

    private static boolean isTls(@Nullable Throwable failure) {
        String message = failure == null ? null : failure.getMessage();
        return message != null && message.contains(TLS_HANDSHAKE);
    }

    /** Tomcat answers 400 to such a request, and only its exception says why. */
    private static boolean hasTooManyFields(
            Request request, Response response, @Nullable Throwable failure) {
        return response.getStatus() == 400
                && failure instanceof IllegalStateException
                && request.getCoyoteRequest().getMimeHeaders().size()
                        >= ConnectionLimits.MAX_HEADER_FIELDS;
    }

    private static boolean canBeSent(Response response) {
        AtomicBoolean possible = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, possible);
        return possible.get();
    }

    /** Tomcat reports a header that is too large as malformed. */
    private static int status(Request request, Response response) {
        Connection connection = Connection.current();
        if (connection == null || !connection.isHeaderTooLarge()) {
            return response.getStatus();
        }
        return request.getRequestURI() == null ? URI_TOO_LONG : HEADERS_TOO_LARGE;
    }

    private static RegistryError invalid(String message) {
        return new RegistryError(ErrorCode.REQUEST_INVALID, message, null);
    }

    private static RegistryError error(int status) {
        return switch (status) {
            case 404 -> RegistryError.of(ErrorCode.PATH_UNKNOWN);
            case 405, 501 -> RegistryError.of(ErrorCode.UNSUPPORTED);
            case URI_TOO_LONG, HEADERS_TOO_LARGE ->
                    invalid("the header of the request is larger than this server accepts");
            case UNKNOWN_VERSION -> invalid("this server speaks HTTP/1.1 and HTTP/1.0 only");
            case 503 -> RegistryError.of(ErrorCode.UNAVAILABLE);
            default ->
                    RegistryError.of(status < 500 ? ErrorCode.REQUEST_INVALID : ErrorCode.UNKNOWN);
        };
    }
}
