package io.berth.object.s3.bucket;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.OutcomeUnknown;
import io.berth.object.ObjectStoreException.Unavailable;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Translates errors of the SDK into {@link ObjectStoreException}s. */
public final class S3Errors {

    /** What an error says about the request. */
    public enum Kind {
        /** The server says that there is no such object. */
        NOT_FOUND,
        /** The condition of the request did not hold. */
        PRECONDITION_FAILED,
        /**
         * The request conflicted with a concurrent write and was not carried out; repeat it soon.
         */
        CONFLICT,
        /** The request was not carried out, and may succeed later. */
        RETRYABLE,
        /** The request was not carried out, and a repetition would fail, too. */
        REJECTED,
        /** The request may have been carried out. */
        UNKNOWN
    }

    private static final Set<String> RETRYABLE_CODES =
            Set.of(
                    "SlowDown",
                    "ServiceUnavailable",
                    "RequestTimeout",
                    "RequestTimeTooSkewed",
                    "TooManyRequests",
                    "Throttling",
                    "ThrottlingException",
                    "RequestLimitExceeded",
                    "BandwidthLimitExceeded");

    private S3Errors() {}

    public static Kind kind(SdkException e) {
        if (!(e instanceof AwsServiceException answer)) {
            return isNotSent(e) ? Kind.RETRYABLE : Kind.UNKNOWN;
        }
        String code = code(answer);
        // A 404 without an error code of S3 may come from a proxy.
        if (e instanceof NoSuchKeyException || code.equals("NoSuchKey")) {
            return Kind.NOT_FOUND;
        }
        if (RETRYABLE_CODES.contains(code)) {
            return Kind.RETRYABLE;
        }
        return switch (answer.statusCode()) {
            case 412 -> Kind.PRECONDITION_FAILED;
            case 409 -> Kind.CONFLICT;
            case 429, 503 -> Kind.RETRYABLE;
            case 501 -> Kind.REJECTED;
            // The response to a slow copy begins with 200 before the copy has succeeded.
            default ->
                    answer.statusCode() >= 500 || answer.statusCode() < 300
                            ? Kind.UNKNOWN
                            : Kind.REJECTED;
        };
    }

    /** Whether the request was never sent, because there was no connection. */
    public static boolean isNotSent(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException
                    || cause instanceof ConnectTimeoutException
                    || cause instanceof ConnectionRequestTimeoutException
                    || cause instanceof NoRouteToHostException
                    || cause instanceof UnknownHostException
                    || cause instanceof SSLHandshakeException) {
                return true;
            }
        }
        return false;
    }

    /** The error code of S3; empty when the response has none. */
    public static String code(SdkException e) {
        AwsErrorDetails details = e instanceof AwsServiceException a ? a.awsErrorDetails() : null;
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /** The HTTP status; 0 when there was no response. */
    public static int status(SdkException e) {
        return e instanceof AwsServiceException answer ? answer.statusCode() : 0;
    }

    /** Whether this is a 404 without a request id, which every server that implements S3 sends. */
    static boolean isNotFoundWithoutRequestId(SdkException e) {
        return e instanceof AwsServiceException answer
                && answer.statusCode() == 404
                && (answer.requestId() == null || answer.requestId().isEmpty());
    }

    public static boolean isNoSuchUpload(SdkException e) {
        return code(e).equals("NoSuchUpload");
    }

    /** Whether the server refuses the parts of a multipart upload. */
    public static boolean isInvalidPart(SdkException e) {
        return code(e).equals("InvalidPart");
    }

    /**
     * The error of a read. {@code NotFound} only when the server says that there is no such object:
     * a bucket that was deleted, or that cannot be read, must not look like an empty registry.
     */
    static ObjectStoreException reading(ObjectKey key, SdkException e) {
        return kind(e) == Kind.NOT_FOUND
                ? new NotFound(key)
                : new Unavailable(key.value(), "cannot read: " + reason(e), e);
    }

    static Unavailable listing(String prefix, SdkException e) {
        return new Unavailable(prefix, "cannot list: " + reason(e), e);
    }

    static Unavailable deleting(String key, SdkException e) {
        return new Unavailable(key, "cannot delete: " + reason(e), e);
    }

    /** The error of a write that was not carried out, or that had no visible effect. */
    public static Unavailable writing(ObjectKey key, SdkException e) {
        return new Unavailable(key.value(), "cannot write: " + reason(e), e);
    }

    static OutcomeUnknown unknown(ObjectKey key, SdkException e) {
        return new OutcomeUnknown(
                key, "the write may or may not have been carried out: " + reason(e), e);
    }

    /** The error code and status, or the failure of the connection. Contains no URL. */
    public static String reason(SdkException e) {
        if (e instanceof AwsServiceException answer) {
            String code = code(e);
            return code.isEmpty()
                    ? "status " + answer.statusCode()
                    : code + " (status " + answer.statusCode() + ")";
        }
        Throwable root = root(e);
        String message = root.getMessage();
        String name = root.getClass().getSimpleName();
        return message == null || message.contains("://") ? name : name + ", " + message;
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        for (int depth = 0; root.getCause() != null && depth < 20; depth++) {
            root = root.getCause();
        }
        return root;
    }
}
