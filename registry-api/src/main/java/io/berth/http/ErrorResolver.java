package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.OperationRefusedException;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.http.response.ErrorResponse;
import io.berth.http.response.ErrorStatus;
import io.berth.http.response.HeaderedRegistryException;
import io.berth.http.response.RequestId;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.RegistryPath;
import io.berth.http.route.Routes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** Turns exceptions into error responses: controllers throw, and never write an error response. */
final class ErrorResolver implements HandlerExceptionResolver, Ordered {

    private static final Logger log = LoggerFactory.getLogger(ErrorResolver.class);

    /** Seconds after which a client may try again. */
    private static final String RETRY_AFTER = "1";

    private final ApiUrls urls;
    private final Routes routes;

    ErrorResolver(ApiUrls urls, Routes routes) {
        this.urls = urls;
        this.routes = routes;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /**
     * Answers an exception.
     *
     * @return {@code null} for a request that is not of the API, and when the response has begun:
     *     the exception then reaches the server, which closes the connection. A client must never
     *     take a part of a blob for the whole blob.
     */
    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable Object handler,
            Exception exception) {
        if (!urls.covers(request)) {
            return null;
        }
        if (exception instanceof IOException) {
            return clientGone(request, response, exception);
        }
        if (response.isCommitted()) {
            log(500, request, exception);
            return null;
        }
        RegistryException failure =
                exception instanceof RegistryException known
                        ? known
                        : new RegistryException(
                                List.of(RegistryError.of(ErrorCode.UNKNOWN)), exception);
        int status = ErrorStatus.of(failure.code());
        log(status, request, exception);
        try {
            ErrorResponse.send(
                    request, response, status, failure.errors(), headers(request, failure));
        } catch (IOException e) {
            return clientGone(request, response, e);
        }
        return new ModelAndView();
    }

    private static boolean isUnavailable(Exception exception) {
        return exception instanceof RegistryException known
                && (known.code() == ErrorCode.UNAVAILABLE
                        || known.code() == ErrorCode.INSUFFICIENT_STORAGE);
    }

    /** The client has closed the connection, which is common; no response can be sent. */
    private static ModelAndView clientGone(
            HttpServletRequest request, HttpServletResponse response, Exception exception) {
        log.debug(
                "{} {} {}: connection lost",
                RequestId.of(request),
                request.getMethod(),
                request.getRequestURI(),
                exception);
        if (!response.isCommitted() && response.getStatus() < 400) {
            response.setStatus(ErrorStatus.of(ErrorCode.REQUEST_INVALID));
        }
        return new ModelAndView();
    }

    /**
     * Logs a failure. UNAVAILABLE is logged without the stack trace: a store that is down, or full,
     * fails every request for the same reason. Without a cause it is only a warning: the server has
     * no memory or no disk for the request.
     */
    private static void log(int status, HttpServletRequest request, Exception exception) {
        boolean unavailable = isUnavailable(exception);
        if (unavailable && exception.getCause() == null) {
            log.warn(
                    "{} {} {}: {} {}",
                    RequestId.of(request),
                    request.getMethod(),
                    request.getRequestURI(),
                    status,
                    reasons(exception));
        } else if (unavailable && !log.isDebugEnabled()) {
            log.error(
                    "{} {} {}: {} {}",
                    RequestId.of(request),
                    request.getMethod(),
                    request.getRequestURI(),
                    status,
                    reasons(exception));
        } else if (status >= 500) {
            log.error(
                    "{} {} {}: {}",
                    RequestId.of(request),
                    request.getMethod(),
                    request.getRequestURI(),
                    status,
                    exception);
        } else if (log.isDebugEnabled()) {
            log.debug(
                    "{} {} {}: {} {}",
                    RequestId.of(request),
                    request.getMethod(),
                    request.getRequestURI(),
                    status,
                    exception instanceof RegistryException known ? known.errors() : exception);
        }
    }

    private static String reasons(Exception exception) {
        StringBuilder reasons = new StringBuilder();
        Throwable cause = exception;
        for (int depth = 0; cause != null && depth < 5; depth++) {
            reasons.append(depth == 0 ? "" : "; ").append(cause.getMessage());
            Object detail =
                    cause instanceof RegistryException known
                            ? known.errors().getFirst().detail()
                            : null;
            if (detail != null) {
                reasons.append(": ").append(detail);
            }
            cause = cause.getCause();
        }
        return reasons.toString();
    }

    private Map<String, List<String>> headers(
            HttpServletRequest request, RegistryException failure) {
        Map<String, List<String>> headers = new HashMap<>();
        switch (failure.code()) {
            case UNAVAILABLE, TOO_MANY_REQUESTS -> headers.put("Retry-After", List.of(RETRY_AFTER));
            case UNSUPPORTED -> {
                if (request.getAttribute(RegistryPath.ATTRIBUTE) instanceof RegistryPath path) {
                    headers.put("Allow", List.of(routes.allowed(path, reason(failure))));
                }
            }
            default -> {} // needs no headers
        }
        if (failure instanceof HeaderedRegistryException refused) {
            headers.putAll(refused.headers());
        }
        return headers;
    }

    private static OperationRefusedException.@Nullable Reason reason(RegistryException failure) {
        return failure instanceof OperationRefusedException refused ? refused.reason() : null;
    }
}
