package io.berth.server;

import org.jspecify.annotations.Nullable;

/**
 * A second listener, for administration and probes ({@code http.debug}).
 *
 * @param addr without a host: this machine only; {@code null}: there is no such listener
 */
public record DebugSettings(@Nullable ListenAddress addr) {

    public DebugSettings {
        if (addr != null && addr.host() == null) {
            addr = new ListenAddress("127.0.0.1", addr.port());
        }
    }
}
