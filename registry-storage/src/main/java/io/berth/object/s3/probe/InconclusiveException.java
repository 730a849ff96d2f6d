package io.berth.object.s3.probe;

import io.berth.object.s3.bucket.S3Errors;
import io.berth.object.s3.bucket.S3Errors.Kind;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A trial has no result, because a request failed in a way that does not show what the server can.
 */
final class InconclusiveException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final SdkException error;

    InconclusiveException(SdkException error) {
        super(S3Errors.reason(error), error);
        this.error = error;
    }

    /** Whether the request that failed says nothing about what the server can. */
    static boolean isInconclusive(SdkException error) {
        Kind kind = S3Errors.kind(error);
        return kind == Kind.RETRYABLE || kind == Kind.UNKNOWN;
    }

    /** This exception where the error says nothing, else another one. */
    static RuntimeException or(RuntimeException otherwise, SdkException error) {
        return isInconclusive(error) ? new InconclusiveException(error) : otherwise;
    }

    /** Whether the server answered with an error of its own, rather than that it is busy. */
    boolean isServerError() {
        return S3Errors.kind(error) != Kind.RETRYABLE && S3Errors.status(error) != 0;
    }

    SdkException error() {
        return error;
    }
}
