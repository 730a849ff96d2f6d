package io.berth.error;

/**
 * The kinds of failure a registry reports (OCI distribution-spec, "Error Codes").
 *
 * <p>Several kinds share one name on the wire: the specification's list is closed, yet a manifest
 * that is too large and a blob of the wrong length are different things to a caller. The name on
 * the wire is {@link #wireName()}; the HTTP status of a kind is decided in one place of the web
 * layer.
 */
public enum ErrorCode {
    BLOB_UNKNOWN("blob unknown to registry"),
    BLOB_UPLOAD_INVALID("blob upload invalid"),
    BLOB_UPLOAD_UNKNOWN("blob upload unknown to registry"),
    /** A chunk that does not start where the upload ends; the upload stays as it was. */
    BLOB_UPLOAD_OUT_OF_ORDER("BLOB_UPLOAD_INVALID", "chunk does not continue the upload"),
    DIGEST_INVALID("provided digest did not match uploaded content"),
    DENIED("requested access to the resource is denied"),
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
     * on. The specification has no name for the rest; of the names it has, docker takes this one to
     * mean that trying again is of no use.
     */
    REQUEST_INVALID("UNSUPPORTED", "the request could not be understood"),
    SIZE_INVALID("provided length did not match content length"),
    /** What a push required of a tag does not hold of it; the tag stays as it was. */
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

    /** The message used where nothing more specific is known. */
    public String message() {
        return message;
    }
}
