package io.berth.config;

import io.berth.setting.ByteSize;
import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import io.berth.setting.Secret;
import io.berth.setting.SettingChecks;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the registry is reached.
 *
 * @param host what {@code Location} headers begin with, whatever host a request names; {@code
 *     null}: the request's
 * @param prefix the path below which everything is served, such as {@code /registry/}
 * @param secret what the ids of uploads are made with, on all replicas; {@code null}: what the
 *     registry made for itself and keeps with the content
 * @param relativeUrls whether {@code Location} headers without a {@code host} are paths alone
 * @param trustForwarded whether {@code Forwarded} and {@code X-Forwarded-*} headers are believed
 * @param drainTimeout how long a stop may take altogether; zero: it waits for nothing
 * @param stopDelay how long a stop still takes new connections, for load balancers to notice
 * @param maxThreads how many requests run on platform threads; others run on virtual ones
 * @param limits what clients may hold
 * @param headers sent with every answer
 */
public record HttpSettings(
        @DefaultValue("127.0.0.1:5000") ListenAddress addr,
        @Nullable URI host,
        @DefaultValue("/") String prefix,
        @Nullable Secret secret,
        @DefaultValue("true") boolean relativeUrls,
        @DefaultValue("false") boolean trustForwarded,
        @DefaultValue("30s") GoDuration drainTimeout,
        @DefaultValue("5s") GoDuration stopDelay,
        @DefaultValue("64") int maxThreads,
        @DefaultValue Limits limits,
        @DefaultValue Map<String, List<String>> headers) {

    /** Headers that describe one answer, and make another wrong. */
    private static final Set<String> OF_THE_ANSWER =
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

    public HttpSettings {
        secret = Secret.presentOrNull(secret);
        if (host != null) {
            SettingChecks.refuseIf(
                    host.toString().contains("@"),
                    "http.host names a user or a password, but is what every client is told:"
                            + " remove them");
            SettingChecks.require(
                    isBase(host),
                    "http.host",
                    host,
                    "an address such as https://registry.example.com");
        }
        SettingChecks.require(
                prefix.matches("/|/[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*/?"),
                "http.prefix",
                prefix,
                "a path such as /registry/");
        SettingChecks.require(
                maxThreads >= 1 && maxThreads <= 10_000,
                "http.maxthreads",
                maxThreads,
                "a number from 1 to 10000");
        headers.forEach(HttpSettings::requireHeader);
        headers = Collections.unmodifiableMap(caseless(headers));
    }

    private static Map<String, List<String>> caseless(Map<String, List<String>> headers) {
        Map<String, List<String>> caseless = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        caseless.putAll(headers);
        return caseless;
    }

    /**
     * What clients may hold of the server. Where a number is 0, it follows from the heap.
     *
     * @param connections open at the same time
     * @param requests under way at the same time
     * @param connectionsPerClient connections of one address
     * @param requestsPerClient requests of one address
     * @param headerTime for a whole header
     * @param idleTime how long a connection is kept for a next request
     * @param stallTime how long a client may keep the server waiting in the middle of a request,
     *     altogether for each {@code stallBytes}
     * @param stallBytes the least that a client must send or take in that time
     */
    public record Limits(
            @DefaultValue("0") int connections,
            @DefaultValue("0") int requests,
            @DefaultValue("0") int connectionsPerClient,
            @DefaultValue("0") int requestsPerClient,
            @DefaultValue("30s") GoDuration headerTime,
            @DefaultValue("620s") GoDuration idleTime,
            @DefaultValue("2m") GoDuration stallTime,
            @DefaultValue("60KiB") ByteSize stallBytes) {

        private static final int MOST = 1_000_000;
        private static final Duration LONGEST = Duration.ofHours(24);

        public Limits {
            requireNumber("connections", connections);
            requireNumber("requests", requests);
            requireNumber("connectionsperclient", connectionsPerClient);
            requireNumber("requestsperclient", requestsPerClient);
            requireTime("headertime", headerTime);
            requireTime("idletime", idleTime);
            requireTime("stalltime", stallTime);
        }

        private static void requireNumber(String name, int number) {
            SettingChecks.require(
                    number >= 0 && number <= MOST,
                    "http.limits." + name,
                    number,
                    "a number from 0 to " + MOST);
        }

        private static void requireTime(String name, GoDuration time) {
            SettingChecks.require(
                    time.duration().toMillis() >= 1 && time.duration().compareTo(LONGEST) <= 0,
                    "http.limits." + name,
                    time,
                    "from 1ms to 24h, such as 30s");
        }
    }

    private static boolean isBase(URI host) {
        boolean http = "http".equals(host.getScheme()) || "https".equals(host.getScheme());
        return http
                && host.getHost() != null
                && host.getRawQuery() == null
                && host.getRawFragment() == null;
    }

    private static void requireHeader(String name, List<String> values) {
        SettingChecks.require(
                name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+"),
                "http.headers",
                name,
                "named as HTTP allows, such as X-Content-Type-Options");
        SettingChecks.refuseIf(
                OF_THE_ANSWER.contains(name.toLowerCase(Locale.ROOT)),
                "http.headers has "
                        + name
                        + ", which the registry itself sends where an answer needs it: remove it");
        for (String value : values) {
            SettingChecks.require(
                    value.chars().allMatch(c -> c >= 0x20 && c <= 0x7e),
                    "http.headers." + name,
                    value,
                    "text of printable ASCII characters");
        }
    }
}
