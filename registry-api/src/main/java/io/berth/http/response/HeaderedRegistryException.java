package io.berth.http.response;

import io.berth.error.RegistryException;
import java.util.List;
import java.util.Map;

/** A failure whose response has additional headers, which tell the client how to continue. */
public final class HeaderedRegistryException extends RegistryException {

    private static final long serialVersionUID = 1L;

    private final transient Map<String, List<String>> headers;

    /**
     * @param failure whose errors and cause are those of this exception
     * @param headers the values of each name, one for each header line
     */
    public HeaderedRegistryException(RegistryException failure, Map<String, List<String>> headers) {
        super(failure.errors(), failure.getCause());
        this.headers = Map.copyOf(headers);
    }

    /** The values of each name, one for each header line. */
    public Map<String, List<String>> headers() {
        return headers;
    }
}
