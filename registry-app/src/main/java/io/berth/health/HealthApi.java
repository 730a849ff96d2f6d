package io.berth.health;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.HandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/**
 * Probes for orchestrators and load balancers, open to all clients. No probe sends a request to the
 * store.
 *
 * <ul>
 *   <li>{@code /livez}: 200 while the server runs, also when the store is down: a restart of the
 *       registry would not help.
 *   <li>{@code /readyz}: 503 while the store is down, and when the server is about to stop.
 *   <li>{@code /debug/health}: the status of the store, its kind and its capabilities.
 * </ul>
 */
public final class HealthApi {

    /** Spring asks this mapping after the API's, which has more requests. */
    private static final int ORDER = 0;

    private static final JsonMapper json = JsonMapper.shared();

    private final Supplier<StoreHealth> state;
    private final BooleanSupplier stopping;
    private final ReadinessProbeTracker readiness;
    private final String kind;
    private final Supplier<Map<String, Boolean>> capabilities;

    /**
     * @param stopping whether the server is about to stop
     * @param readiness is notified of each readiness probe
     * @param kind of the store
     * @param capabilities of the store, as far as they are known; shown to every client
     */
    public HealthApi(
            Supplier<StoreHealth> state,
            BooleanSupplier stopping,
            ReadinessProbeTracker readiness,
            String kind,
            Supplier<Map<String, Boolean>> capabilities) {
        this.state = state;
        this.stopping = stopping;
        this.readiness = readiness;
        this.kind = kind;
        this.capabilities = capabilities;
    }

    /** Finds the handlers of the probes. */
    public HandlerMapping handlerMapping() {
        HttpRequestHandler live = (request, response) -> live(request, response);
        HttpRequestHandler ready = (request, response) -> ready(request, response);
        HttpRequestHandler detail = (request, response) -> detail(request, response);
        return new ExactPathMapping(
                Map.of("/livez", live, "/readyz", ready, "/debug/health", detail), ORDER);
    }

    private void live(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request, response, true, Map.of("status", "up"));
    }

    private void ready(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        readiness.probed();
        StoreHealth now = state.get();
        Map<String, Object> content = new LinkedHashMap<>(Map.of("store", shown(now)));
        boolean stops = stopping.getAsBoolean();
        if (stops) {
            content.put("stopping", true);
        }
        answer(request, response, now.up() && !stops, content);
    }

    private void detail(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        StoreHealth now = state.get();
        Map<String, Object> store = shown(now);
        store.put("kind", kind);
        store.put("capabilities", capabilities.get());
        answer(request, response, now.up(), Map.of("store", store));
    }

    private static Map<String, Object> shown(StoreHealth state) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("status", state.up() ? "up" : "down");
        shown.put("since", state.since().toString());
        return shown;
    }

    private static void answer(
            HttpServletRequest request,
            HttpServletResponse response,
            boolean well,
            Map<String, Object> content)
            throws IOException {
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            response.setHeader("Allow", "GET, HEAD");
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        byte[] body = json.writeValueAsBytes(content);
        response.setStatus(
                well ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
