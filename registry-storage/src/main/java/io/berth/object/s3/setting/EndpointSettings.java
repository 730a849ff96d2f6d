package io.berth.object.s3.setting;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How the server is reached.
 *
 * @param regionEndpoint where the store is, when it is not Amazon's: a URL or a host
 * @param redirectEndpoint where clients reach the store, when that is elsewhere; a URL or a host
 * @param forcePathStyle whether the bucket is named in the path rather than in the host; {@code
 *     null}: when there is a {@code regionEndpoint}
 * @param secure whether HTTPS is used for a host without a scheme
 * @param skipVerify whether any certificate of the store is accepted
 * @param accelerate whether Amazon's accelerated endpoints are used
 * @param useDualStack whether Amazon's endpoints for IPv4 and IPv6 are used
 * @param useFipsEndpoint whether Amazon's FIPS endpoints are used
 * @param userAgent what {@code User-Agent} begins with; {@code null}: the name of the product
 * @param maxConnections connections to the store at the same time; a request that gets none for 10
 *     s fails
 */
public record EndpointSettings(
        @Nullable String regionEndpoint,
        @Nullable String redirectEndpoint,
        @Nullable Boolean forcePathStyle,
        @DefaultValue("true") boolean secure,
        @DefaultValue("false") boolean skipVerify,
        @DefaultValue("false") boolean accelerate,
        @DefaultValue("false") boolean useDualStack,
        @DefaultValue("false") boolean useFipsEndpoint,
        @Nullable String userAgent,
        @DefaultValue("256") int maxConnections) {

    private static final String NAME = "berth";

    public EndpointSettings {
        regionEndpoint = S3Settings.presentOrNull(regionEndpoint);
        redirectEndpoint = S3Settings.presentOrNull(redirectEndpoint);
        userAgent = S3Settings.presentOrNull(userAgent);
        requireEndpoint("regionendpoint", regionEndpoint);
        requireEndpoint("redirectendpoint", redirectEndpoint);
        requireAmazon(regionEndpoint, accelerate, useDualStack, useFipsEndpoint);
        SettingChecks.refuseIf(
                accelerate && Boolean.TRUE.equals(forcePathStyle),
                "storage.s3.accelerate and storage.s3.forcepathstyle are both true, but Amazon's"
                        + " accelerated endpoints take the bucket in the host only: remove one");
        S3Settings.require(
                userAgent == null || userAgent.chars().allMatch(c -> c >= 0x20 && c <= 0x7e),
                "useragent",
                String.valueOf(userAgent),
                "text of printable ASCII characters");
        S3Settings.requireNumber("maxconnections", maxConnections, 10_000);
    }

    /** Checks an address, which is not shown when it has a user and so perhaps a password. */
    private static void requireEndpoint(String name, @Nullable String endpoint) {
        if (endpoint == null) {
            return;
        }
        SettingChecks.refuseIf(
                endpoint.contains("@"),
                "storage.s3."
                        + name
                        + " names a user, but only storage.s3.accesskey and"
                        + " storage.s3.secretkey say who the registry is");
        S3Settings.require(
                isBase(url(endpoint, true)),
                name,
                endpoint,
                "a URL or a host such as https://s3.example.com or s3.example.com:9000");
    }

    private static boolean isBase(@Nullable URI url) {
        return url != null
                && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                && url.getHost() != null
                && url.getRawQuery() == null
                && url.getRawFragment() == null;
    }

    private static @Nullable URI url(String endpoint, boolean secure) {
        String scheme = endpoint.contains("://") ? "" : secure ? "https://" : "http://";
        try {
            return URI.create((scheme + endpoint).replaceAll("/+$", ""));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void requireAmazon(
            @Nullable String endpoint, boolean accelerate, boolean dualStack, boolean fips) {
        refuseElsewhere(endpoint != null && accelerate, "accelerate");
        refuseElsewhere(endpoint != null && dualStack, "usedualstack");
        refuseElsewhere(endpoint != null && fips, "usefipsendpoint");
        SettingChecks.refuseIf(
                accelerate && fips,
                "storage.s3.accelerate and storage.s3.usefipsendpoint are both true, but no"
                        + " endpoint of Amazon's is both: remove one");
    }

    private static void refuseElsewhere(boolean wrong, String name) {
        SettingChecks.refuseIf(
                wrong,
                "storage.s3."
                        + name
                        + " chooses among Amazon's endpoints: remove it, or"
                        + " storage.s3.regionendpoint");
    }

    /** Where the store is; {@code null}: where Amazon's is. */
    public @Nullable URI url() {
        return regionEndpoint == null ? null : url(regionEndpoint, secure);
    }

    /** Where clients reach the store; {@code null}: where Amazon's is. */
    public @Nullable URI urlOfClients() {
        return redirectEndpoint == null ? url() : url(redirectEndpoint, secure);
    }

    /** Whether the bucket is named in the path of a request. */
    public boolean pathStyle() {
        return forcePathStyle == null ? regionEndpoint != null : forcePathStyle;
    }

    /** What the header {@code User-Agent} begins with. */
    public String product() {
        return userAgent == null ? NAME : userAgent;
    }
}
