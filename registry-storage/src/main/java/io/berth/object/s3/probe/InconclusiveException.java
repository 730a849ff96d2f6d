package io.berth.object.s3.probe;

import io.berth.object.s3.bucket.S3Errors;
import io.berth.object.s3.bucket.S3Errors.Kind;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A trial has no result, because a request failed in a way that does not show what the server can
 * do.
 */
final class InconclusiveException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final SdkException error;

    InconclusiveException(SdkException error) {
        super(S3Errors.reason(error), error);
        this.error = error;
    }

    /** Whether a failure does not show what the server can do. */
    static boolean isInconclusive(SdkException error) {
        Kind kind = S3Errors.kind(error);
        return kind == Kind.RETRYABLE || kind == Kind.UNKNOWN;
    }

    /** This exception for an inconclusive error, otherwise another one. */
    static RuntimeException or(RuntimeException otherwise, SdkException error) {
        return isInconclusive(error) ? new InconclusiveException(error) : otherwise;
    }

    /** Whether the server responded with an error other than that it is busy. */
    boolean isServerError() {
        return S3Errors.kind(error) != Kind.RETRYABLE && S3Errors.status(error) != 0;
    }

    SdkException error() {
        return error;
    }
}
