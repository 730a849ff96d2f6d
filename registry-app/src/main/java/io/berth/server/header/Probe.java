package io.berth.server.header;

import java.util.Set;

/**
 * Recognizes probes of orchestrators and load balancers: requests that neither use the store nor
 * have a body. Probes are answered also when a limit of requests is reached; their connection is
 * closed then. No state.
 */
public final class Probe {

    private static final Set<String> METHODS = Set.of("GET", "HEAD");

    private static final Set<String> PATHS =
            Set.of("/livez", "/readyz", "/debug/health", "/", "/v2/");

    private Probe() {}

    /**
     * @param method of a request without a body
     * @param target its path
     */
    public static boolean is(String method, String target) {
        return METHODS.contains(method) && PATHS.contains(target);
    }
}
