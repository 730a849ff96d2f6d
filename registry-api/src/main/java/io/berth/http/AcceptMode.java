package io.berth.http;

import io.berth.http.message.Accept;
import io.berth.name.MediaType;

/** How a client's {@code Accept} header is applied to manifests. */
public enum AcceptMode {

    /** A client accepts the types that it lists; one that lists no manifest type accepts all. */
    NEGOTIATED,

    /** A type that is not listed is not accepted, as in CNCF distribution. */
    STRICT,

    /** The header is ignored. */
    OFF;

    boolean supports(Accept accept, MediaType type) {
        return switch (this) {
            case NEGOTIATED -> accept.isOpen() || accept.names(type);
            case STRICT -> accept.names(type);
            case OFF -> true;
        };
    }
}
