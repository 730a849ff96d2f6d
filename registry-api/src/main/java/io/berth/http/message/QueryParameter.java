package io.berth.http.message;

import io.berth.error.ErrorCode;

/**
 * The query parameters that routes read, each with the error code for a value that cannot be
 * decoded.
 */
public enum QueryParameter {
    /** A media type, by which referrers are filtered. */
    ARTIFACT_TYPE("artifactType", ErrorCode.MANIFEST_INVALID),
    /** Of a blob that is pushed, or of a manifest that is pushed under a tag. */
    DIGEST("digest", ErrorCode.DIGEST_INVALID),
    DIGEST_ALGORITHM("digest-algorithm", ErrorCode.DIGEST_INVALID),
    /** The repository that has the blob to be mounted. */
    FROM("from", ErrorCode.NAME_INVALID),
    /** The digest after which a page of referrers begins. */
    LAST_REFERRER("last", ErrorCode.DIGEST_INVALID),
    /** The name after which a page of the catalog begins. */
    LAST_REPOSITORY("last", ErrorCode.NAME_INVALID),
    /** The tag after which a page of tags begins. */
    LAST_TAG("last", ErrorCode.TAG_INVALID),
    /** The digest of the blob to be mounted. */
    MOUNT("mount", ErrorCode.DIGEST_INVALID),
    /** The most items that a page may have. */
    NUMBER("n", ErrorCode.PAGINATION_NUMBER_INVALID),
    /** The state that the server put into the URL of an upload session. */
    STATE("_state", ErrorCode.BLOB_UPLOAD_INVALID),
    /** A tag for a manifest that is pushed by its digest. */
    TAG("tag", ErrorCode.TAG_INVALID);

    private final String key;
    private final ErrorCode malformed;

    QueryParameter(String key, ErrorCode malformed) {
        this.key = key;
        this.malformed = malformed;
    }

    /** The name as it stands in a query. */
    public String key() {
        return key;
    }

    /** The error of a request in which the value of this parameter is not well-formed. */
    public ErrorCode malformed() {
        return malformed;
    }
}
