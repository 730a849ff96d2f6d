package io.berth.server;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.http.ErrorAnswer;
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
 * Answers in the protocol's words where nothing behind Tomcat was asked, or nothing answered:
 * malformed requests, methods Tomcat refuses, paths that are not the API's. An answer that had
 * begun when its request failed is broken off, as Tomcat does. Made by Tomcat, by name.
 */
public final class ProtocolErrorValve extends ErrorReportValve {

    private static final Logger log = LoggerFactory.getLogger(ProtocolErrorValve.class);

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400
                || response.getContentWritten() > 0
                || !response.setErrorReported()
                || !canBeSent(response)) {
            return;
        }
        log(request, status, failure);
        try {
            // Not its facade, which takes nothing more once an application has called it an error.
            ErrorAnswer.send(
                    request, response, status, List.of(RegistryError.of(code(status))), Map.of());
            response.finishResponse();
        } catch (IOException e) {
            log.debug("the client did not wait for its {}", status, e);
        }
    }

    /** Nobody must be able to fill the log with requests that make no sense. */
    private static void log(Request request, int status, @Nullable Throwable failure) {
        if (failure != null && status >= 500) {
            log.error("{} {}: {}", request.getMethod(), request.getRequestURI(), status, failure);
        } else {
            log.debug("{} {}: {}", request.getMethod(), request.getRequestURI(), status, failure);
        }
    }

    private static boolean canBeSent(Response response) {
        AtomicBoolean possible = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, possible);
        return possible.get();
    }

    private static ErrorCode code(int status) {
        return switch (status) {
            case 404 -> ErrorCode.PATH_UNKNOWN;
            case 405, 501 -> ErrorCode.UNSUPPORTED;
            case 503 -> ErrorCode.UNAVAILABLE;
            default -> status < 500 ? ErrorCode.REQUEST_INVALID : ErrorCode.UNKNOWN;
        };
    }
}
