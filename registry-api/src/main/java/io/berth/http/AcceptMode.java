package io.berth.http;

import io.berth.http.message.Accept;
import io.berth.name.MediaType;

/** How far a client's {@code Accept} header decides which manifest it gets. */
public enum AcceptMode {

    /** What a client names is what it supports; one that names nothing special supports all. */
    NEGOTIATED,

    /** What is not named is not supported, as in CNCF distribution. */
    STRICT,

    /** The header is not looked at. */
    OFF;

    boolean supports(Accept accept, MediaType type) {
        return switch (this) {
            case NEGOTIATED -> accept.isOpen() || accept.names(type);
            case STRICT -> accept.names(type);
            case OFF -> true;
        };
    }
}
