package io.berth.http.response;

import io.berth.error.ErrorCode;

/** The HTTP status of each error code. */
public final class ErrorStatus {

    private ErrorStatus() {}

    /** The status of a response with this error. */
    public static int of(ErrorCode code) {
        return switch (code) {
            case BLOB_UPLOAD_INVALID,
                    DIGEST_INVALID,
                    MANIFEST_BLOB_UNKNOWN,
                    MANIFEST_INVALID,
                    NAME_INVALID,
                    PAGINATION_NUMBER_INVALID,
                    REQUEST_INVALID,
                    SIZE_INVALID,
                    TAG_INVALID ->
                    400;
            case UNAUTHORIZED -> 401;
            case DENIED -> 403;
            case BLOB_UNKNOWN, BLOB_UPLOAD_UNKNOWN, MANIFEST_UNKNOWN, NAME_UNKNOWN, PATH_UNKNOWN ->
                    404;
            case UNSUPPORTED -> 405;
            case TAG_CONDITION_FAILED -> 412;
            case MANIFEST_TOO_LARGE -> 413;
            case TOO_MANY_TAGS -> 414;
            case BLOB_UPLOAD_OUT_OF_ORDER, RANGE_INVALID -> 416;
            case TOO_MANY_REQUESTS -> 429;
            case UNKNOWN -> 500;
            case UNAVAILABLE -> 503;
            case INSUFFICIENT_STORAGE -> 507;
        };
    }
}
