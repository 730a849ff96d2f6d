package io.berth.object.s3;

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

/** Turns what the SDK says into what a store says; the one place where that is decided. */
final class Failures {

    /** What a request that failed means for what it was to do. */
    enum Kind {
        /** There is no such object, and the server knows. */
        ABSENT,
        /** The condition did not hold. */
        PRECONDITION,
        /** Somebody wrote at the same time; nothing was done, and it is worth another try. */
        CONFLICT,
        /** Nothing was done; perhaps another time. */
        BUSY,
        /** Nothing was done, and another time nothing will be. */
        REFUSED,
        /** Perhaps it was done, perhaps not. */
        UNKNOWN
    }

    private static final Set<String> BUSY_CODES =
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

    private Failures() {}

    static Kind kind(SdkException e) {
        if (!(e instanceof AwsServiceException answer)) {
            return isNotSent(e) ? Kind.BUSY : Kind.UNKNOWN;
        }
        String code = code(answer);
        // A 404 without the words of S3 may come from anyone on the way.
        if (e instanceof NoSuchKeyException || code.equals("NoSuchKey")) {
            return Kind.ABSENT;
        }
        if (BUSY_CODES.contains(code)) {
            return Kind.BUSY;
        }
        return switch (answer.statusCode()) {
            case 412 -> Kind.PRECONDITION;
            case 409 -> Kind.CONFLICT;
            case 429, 503 -> Kind.BUSY;
            case 501 -> Kind.REFUSED;
            // A copy that takes long is answered 200 before it is known to have gone well.
            default ->
                    answer.statusCode() >= 500 || answer.statusCode() < 300
                            ? Kind.UNKNOWN
                            : Kind.REFUSED;
        };
    }

    /** Whether the request never left, for there was nobody to send it to. */
    static boolean isNotSent(Throwable e) {
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

    /** Empty when the server gave none. */
    static String code(SdkException e) {
        AwsErrorDetails details = e instanceof AwsServiceException a ? a.awsErrorDetails() : null;
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /** 0 when there was no answer. */
    static int status(SdkException e) {
        return e instanceof AwsServiceException answer ? answer.statusCode() : 0;
    }

    /** Whether it is a 404 of whom does not number its answers, as all do who speak S3. */
    static boolean isAnonymous(SdkException e) {
        return e instanceof AwsServiceException answer
                && answer.statusCode() == 404
                && (answer.requestId() == null || answer.requestId().isEmpty());
    }

    static boolean isNoSuchUpload(SdkException e) {
        return code(e).equals("NoSuchUpload");
    }

    /** Whether the server does not make an object of the parts that it was given. */
    static boolean isInvalidPart(SdkException e) {
        return code(e).equals("InvalidPart");
    }

    /**
     * Absent is only what is known not to be there: a bucket that is gone or that we may not read
     * must never look like a registry that has lost its images.
     */
    static ObjectStoreException reading(ObjectKey key, SdkException e) {
        return kind(e) == Kind.ABSENT
                ? new NotFound(key)
                : new Unavailable(key.value(), "cannot read: " + reason(e), e);
    }

    static Unavailable listing(String prefix, SdkException e) {
        return new Unavailable(prefix, "cannot list: " + reason(e), e);
    }

    static Unavailable removing(String key, SdkException e) {
        return new Unavailable(key, "cannot remove: " + reason(e), e);
    }

    /** For a write that is known not to have happened, or that does not show. */
    static Unavailable writing(ObjectKey key, SdkException e) {
        return new Unavailable(key.value(), "cannot write: " + reason(e), e);
    }

    static OutcomeUnknown unknown(ObjectKey key, SdkException e) {
        return new OutcomeUnknown(key, "perhaps not written: " + reason(e), e);
    }

    /** What the server called it, or what happened on the way; no addresses, no secrets. */
    static String reason(SdkException e) {
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
