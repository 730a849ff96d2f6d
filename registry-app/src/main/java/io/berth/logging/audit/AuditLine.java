package io.berth.logging.audit;

import io.berth.access.Caller;
import io.berth.audit.AuditEvent;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of an event, in one line of ASCII: what clients send cannot begin another line. */
record AuditLine(Clock clock) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    String of(AuditEvent event) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", clock.instant().toString());
        line.put("action", event.action());
        line.put("outcome", event.outcome().name().toLowerCase(Locale.ROOT));
        Caller caller = event.caller();
        line.put("kind", caller.kind().name().toLowerCase(Locale.ROOT));
        putIfThere(line, "name", caller.name());
        if (!caller.groups().isEmpty()) {
            line.put("groups", caller.groups().stream().sorted().toList());
        }
        putIfThere(line, "address", caller.address());
        putIfThere(line, "request", caller.requestId());
        putIfThere(line, "repository", event.repository());
        if (!event.tags().isEmpty()) {
            line.put("tags", event.tags());
        }
        putIfThere(line, "digest", event.digest());
        putIfThere(line, "reason", event.reason());
        return JSON.writeValueAsString(line);
    }

    private static void putIfThere(Map<String, Object> line, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            line.put(name, value);
        }
    }
}
