package io.berth.error;

/**
 * The kinds of failure a registry reports (OCI distribution-spec, "Error Codes").
 *
 * <p>Several kinds share one {@link #wireName()}: the specification's list is closed, but the web
 * layer gives, for example, a manifest that is too large another HTTP status than a blob of the
 * wrong length.
 */
public enum ErrorCode {
    BLOB_UNKNOWN("blob unknown to registry"),
    BLOB_UPLOAD_INVALID("blob upload invalid"),
    BLOB_UPLOAD_UNKNOWN("blob upload unknown to registry"),
    /** A chunk that does not start where the upload ends; the upload stays as it was. */
    BLOB_UPLOAD_OUT_OF_ORDER("BLOB_UPLOAD_INVALID", "chunk does not continue the upload"),
    DIGEST_INVALID("provided digest did not match uploaded content"),
    DENIED("requested access to the resource is denied"),
    /** The disk of the registry is nearly full. */
    INSUFFICIENT_STORAGE(
            "UNAVAILABLE", "the registry has not enough free space on its disk for new uploads"),
    MANIFEST_BLOB_UNKNOWN("blob unknown to registry"),
    MANIFEST_INVALID("manifest invalid"),
    MANIFEST_TOO_LARGE("SIZE_INVALID", "manifest is larger than this registry accepts"),
    MANIFEST_UNKNOWN("manifest unknown"),
    NAME_INVALID("invalid repository name"),
    NAME_UNKNOWN("repository name not known to registry"),
    /** A path below the API that names no resource. */
    PATH_UNKNOWN("NAME_UNKNOWN", "no such resource"),
    PAGINATION_NUMBER_INVALID("invalid number of results requested"),
    RANGE_INVALID("requested range cannot be served"),
    /**
     * A request that is not well-formed HTTP, or goes beyond a limit of the server. A malformed
     * part of the protocol has the error of that part instead: NAME_INVALID, DIGEST_INVALID, and so
     * on. The specification has no code for the rest; of the codes it has, docker does not retry
     * after this one.
     */
    REQUEST_INVALID("UNSUPPORTED", "the request could not be understood"),
    SIZE_INVALID("provided length did not match content length"),
    /** The condition that a push has for a tag does not hold; the tag is unchanged. */
    TAG_CONDITION_FAILED("DENIED", "the tag is not as the push requires"),
    TAG_INVALID("invalid tag"),
    /** More tags in one request than the server takes. */
    TOO_MANY_TAGS("TAG_INVALID", "too many tags in one request"),
    TOO_MANY_REQUESTS("TOOMANYREQUESTS", "too many requests"),
    UNAUTHORIZED("authentication required"),
    UNAVAILABLE("service unavailable"),
    UNKNOWN("unknown error"),
    UNSUPPORTED("The operation is unsupported.");

    private final String wireName;
    private final String message;

    ErrorCode(String message) {
        this.wireName = name();
        this.message = message;
    }

    ErrorCode(String wireName, String message) {
        this.wireName = wireName;
        this.message = message;
    }

    /** The value of {@code code} in an error body. */
    public String wireName() {
        return wireName;
    }

    /** The default message. */
    public String message() {
        return message;
    }
}
