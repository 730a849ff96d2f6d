package io.berth.server.connection;

import io.berth.setting.ByteSize;
import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import io.berth.setting.SettingChecks;
import java.time.Duration;

/**
 * Limits of connections and requests ({@code http.limits}). A number of 0 is derived from the heap
 * and the limit of open files.
 *
 * @param connections open at the same time
 * @param requests that run at the same time
 * @param connectionsPerClient connections of one address
 * @param requestsPerClient requests of one address
 * @param headerTime the longest time from the first byte of a header to its end
 * @param idleTime how long a connection is kept for a next request
 * @param stallTime how long a client may keep the server waiting in the middle of a request,
 *     altogether for each {@code stallBytes}
 * @param stallBytes the least that a client must send or take in that time
 */
public record LimitSettings(
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

    public LimitSettings {
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
