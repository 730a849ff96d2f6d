package io.berth.http;

import io.berth.error.RegistryException;
import java.util.Map;

/** A failure whose answer says more in its headers, so that the client can go on from there. */
final class RefusedException extends RegistryException {

    private static final long serialVersionUID = 1L;

    private final transient Map<String, String> headers;

    RefusedException(RegistryException failure, Map<String, String> headers) {
        super(failure.errors(), failure);
        this.headers = Map.copyOf(headers);
    }

    Map<String, String> headers() {
        return headers;
    }
}
