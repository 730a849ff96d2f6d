package io.berth.http;

import io.berth.error.RegistryException;
import java.util.Map;

/** A failure whose response has additional headers, which tell the client how to continue. */
final class HeaderedRegistryException extends RegistryException {

    private static final long serialVersionUID = 1L;

    private final transient Map<String, String> headers;

    HeaderedRegistryException(RegistryException failure, Map<String, String> headers) {
        super(failure.errors(), failure);
        this.headers = Map.copyOf(headers);
    }

    Map<String, String> headers() {
        return headers;
    }
}
