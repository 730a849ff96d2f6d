package io.berth.admin;

import io.berth.error.RegistryException;
import io.berth.http.response.ErrorStatus;
import io.berth.http.response.HeaderedRegistryException;
import io.berth.http.response.RequestId;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Answers exceptions with problem details (RFC 9457). Those of the registry have its error code as
 * {@code code}; all have the id of the request as {@code requestId}, by which the log has it.
 */
@RestControllerAdvice
final class AdminErrors extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(AdminErrors.class);

    @ExceptionHandler
    @Nullable ResponseEntity<Object> registry(RegistryException failure, WebRequest request) {
        HttpStatusCode status = statusOf(failure);
        if (status.is5xxServerError()) {
            log.error("{}: {}", idOf(request), status.value(), failure);
        }
        HttpHeaders headers = new HttpHeaders();
        if (failure instanceof HeaderedRegistryException with) {
            with.headers().forEach(headers::addAll);
        }
        return answer(failure, failure, headers, status, request);
    }

    /** A parameter that the grammar of names refuses. */
    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException failure,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryException known) {
                return answer(failure, known, headers, statusOf(known), request);
            }
        }
        return super.handleTypeMismatch(failure, headers, status, request);
    }

    @ExceptionHandler
    @Nullable ResponseEntity<Object> defect(RuntimeException failure, WebRequest request) {
        log.error("{}: 500", idOf(request), failure);
        HttpStatus status = HttpStatus.INTERNAL_SERVER_ERROR;
        return handleExceptionInternal(
                failure, ProblemDetail.forStatus(status), new HttpHeaders(), status, request);
    }

    private @Nullable ResponseEntity<Object> answer(
            Exception thrown,
            RegistryException failure,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, text(failure));
        problem.setProperty("code", failure.code().wireName());
        return handleExceptionInternal(thrown, problem, headers, status, request);
    }

    private static HttpStatusCode statusOf(RegistryException failure) {
        return HttpStatusCode.valueOf(ErrorStatus.of(failure.code()));
    }

    private static String text(RegistryException failure) {
        Object detail = failure.errors().getFirst().detail();
        String message = failure.errors().getFirst().message();
        return detail instanceof String more ? message + ": " + more : message;
    }

    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpHeaders all = new HttpHeaders();
        all.putAll(headers);
        all.setCacheControl("no-store");
        if (body instanceof ProblemDetail problem) {
            problem.setProperty("requestId", idOf(request));
        }
        return new ResponseEntity<>(body, all, status);
    }

    private static String idOf(WebRequest request) {
        HttpServletRequest http = ((ServletWebRequest) request).getRequest();
        return RequestId.of(http);
    }
}
