package io.berth.server;

import io.berth.server.connection.LimitSettings;
import io.berth.server.tls.TlsSettings;
import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import io.berth.setting.SettingChecks;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How the server listens, answers and stops ({@code http}).
 *
 * @param drainTimeout the longest time of a graceful stop; zero: a stop waits for nothing
 * @param stopDelay how long the server accepts connections after a stop began, so that load
 *     balancers notice it
 * @param maxThreads how many requests run on platform threads; others run on virtual ones
 * @param limits limits of connections and requests
 * @param headers sent with every response
 * @param tls whether and how connections are encrypted
 * @param debug a second listener
 */
public record ServerSettings(
        @DefaultValue("127.0.0.1:5000") ListenAddress addr,
        @DefaultValue("30s") GoDuration drainTimeout,
        @DefaultValue("5s") GoDuration stopDelay,
        @DefaultValue("64") int maxThreads,
        @DefaultValue LimitSettings limits,
        @DefaultValue Map<String, List<String>> headers,
        @DefaultValue TlsSettings tls,
        @DefaultValue DebugSettings debug) {

    /** Headers that describe one response, and would be wrong in another. */
    private static final Set<String> OF_ONE_RESPONSE =
            Set.of(
                    "connection",
                    "content-encoding",
                    "content-length",
                    "content-range",
                    "content-type",
                    "docker-content-digest",
                    "docker-upload-uuid",
                    "etag",
                    "keep-alive",
                    "location",
                    "oci-subject",
                    "range",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    public ServerSettings {
        SettingChecks.require(
                maxThreads >= 1 && maxThreads <= 10_000,
                "http.maxthreads",
                maxThreads,
                "a number from 1 to 10000");
        headers.forEach(ServerSettings::requireHeader);
        headers = Collections.unmodifiableMap(caseless(headers));
    }

    /** What URLs of the server begin with. */
    public String scheme() {
        return tls.isOn() ? "https" : "http";
    }

    private static Map<String, List<String>> caseless(Map<String, List<String>> headers) {
        Map<String, List<String>> caseless = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        caseless.putAll(headers);
        return caseless;
    }

    private static void requireHeader(String name, List<String> values) {
        SettingChecks.require(
                name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+"),
                "http.headers",
                name,
                "named as HTTP allows, such as X-Content-Type-Options");
        SettingChecks.refuseIf(
                OF_ONE_RESPONSE.contains(name.toLowerCase(Locale.ROOT)),
                "http.headers has "
                        + name
                        + ", which the registry sets itself where a response needs it: remove it");
        for (String value : values) {
            SettingChecks.require(
                    value.chars().allMatch(c -> c >= 0x20 && c <= 0x7e),
                    "http.headers." + name,
                    value,
                    "text of printable ASCII characters");
        }
    }
}
