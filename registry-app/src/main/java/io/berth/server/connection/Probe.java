package io.berth.server.connection;

import java.util.Set;

/**
 * What a probe of an orchestrator or a load balancer is: it neither asks the store nor has a body.
 * So probes are answered whatever limits of requests are reached, and their connection is closed
 * then. No state.
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
