package io.berth.http;

import io.berth.name.Platform;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator decides about the wire protocol.
 *
 * @param readOnly whether changes are refused at the door, before anything of them is read, so that
 *     a client learns this reason and not what else is wrong with its request; that nothing changes
 *     is up to the registry
 */
public record ApiSettings(Urls urls, Manifests manifests, Lists lists, boolean readOnly) {

    /**
     * How the registry names itself in {@code Location} and {@code Link}.
     *
     * @param host where clients reach the registry from outside, scheme and all, perhaps with a
     *     path; when it is set every {@code Location} begins with it
     * @param relative whether, without a {@code host}, a {@code Location} is a path alone, which is
     *     right behind every proxy that does not change paths
     * @param trustForwarded whether {@code Forwarded} and {@code X-Forwarded-*} are believed; only
     *     behind a proxy that sets them itself
     * @param prefix in front of {@code /v2/}: empty, or a path that begins with a slash and does
     *     not end with one
     */
    public record Urls(
            @Nullable URI host, boolean relative, boolean trustForwarded, String prefix) {

        /**
         * @throws IllegalArgumentException with a message that names the setting
         */
        public Urls {
            if (host != null && (host.getScheme() == null || host.getRawAuthority() == null)) {
                throw new IllegalArgumentException(
                        "host is a URL such as https://registry.example.com, not " + host);
            }
            if (!prefix.isEmpty() && (!prefix.startsWith("/") || prefix.endsWith("/"))) {
                throw new IllegalArgumentException(
                        "prefix begins with a slash and ends without one, unlike " + prefix);
            }
        }
    }

    /**
     * @param defaultPlatform whose image a client gets that asks for a Docker manifest list by tag
     *     and does not take lists
     * @param bodyBytes memory for manifests that are being pushed, in bytes; at least 20 MiB are
     *     taken, so that there is room for a large one
     */
    public record Manifests(AcceptMode accept, Platform defaultPlatform, long bodyBytes) {}

    /**
     * Limits of lists. A client that asks for more gets as much as the limit and a {@code Link} to
     * the rest.
     *
     * @param maxTags items of a page of tags
     * @param allTags tags given to a client that names no number: old ones do not follow links
     * @param repositories items of a page of the catalog when no number is named
     * @param maxRepositories items of a page of the catalog
     * @param roomBytes memory for all lists that are being made and sent; one that would exceed it
     *     waits for its turn
     */
    public record Lists(
            int maxTags, int allTags, int repositories, int maxRepositories, long roomBytes) {

        /**
         * @throws IllegalArgumentException with a message that names the setting
         */
        public Lists {
            requirePositive("maxTags", maxTags);
            requirePositive("allTags", allTags);
            requirePositive("repositories", repositories);
            requirePositive("maxRepositories", maxRepositories);
            requirePositive("roomBytes", roomBytes);
        }

        private static void requirePositive(String name, long value) {
            if (value <= 0) {
                throw new IllegalArgumentException(name + " is positive, unlike " + value);
            }
        }
    }

    /** What suits a registry that clients reach directly. */
    public static ApiSettings defaults() {
        return new ApiSettings(
                new Urls(null, true, false, ""),
                new Manifests(
                        AcceptMode.NEGOTIATED,
                        new Platform("linux", "amd64", null),
                        64L * 1024 * 1024),
                new Lists(1000, 10_000, 100, 1000, 32 << 20),
                false);
    }
}
