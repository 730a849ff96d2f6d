package io.berth.http;

import io.berth.http.route.UrlSettings;
import io.berth.name.Platform;

/** Settings of the API. */
public record ApiSettings(UrlSettings urls, Manifests manifests, Lists lists) {

    /**
     * Settings of manifests.
     *
     * @param defaultPlatform the platform of the image that a client gets when it asks for a Docker
     *     manifest list by tag and does not accept lists
     * @param bodyBytes memory for manifests that are being pushed, in bytes; at least 20 MiB are
     *     used, so that the largest manifest fits
     */
    public record Manifests(AcceptMode accept, Platform defaultPlatform, long bodyBytes) {}

    /**
     * Limits of lists. A client that asks for more items gets the limit and a {@code Link} to the
     * rest.
     *
     * @param maxTags the most tags of a page, for a client that asks for a number
     * @param allTags the most tags for a client that asks for no number: old clients do not follow
     *     links
     * @param repositories items of a page of the catalog for a client that asks for no number
     * @param maxRepositories the most items of a page of the catalog
     * @param memoryBytes memory, in bytes, for all lists that are being made and sent; a list that
     *     would exceed it waits
     */
    public record Lists(
            int maxTags, int allTags, int repositories, int maxRepositories, long memoryBytes) {

        /**
         * @throws IllegalArgumentException with a message that names the setting
         */
        public Lists {
            requirePositive("maxTags", maxTags);
            requirePositive("allTags", allTags);
            requirePositive("repositories", repositories);
            requirePositive("maxRepositories", maxRepositories);
            requirePositive("memoryBytes", memoryBytes);
        }

        private static void requirePositive(String name, long value) {
            if (value <= 0) {
                throw new IllegalArgumentException(name + " must be positive, not " + value);
            }
        }
    }

    /** Settings for a registry that clients reach directly. */
    public static ApiSettings defaults() {
        return new ApiSettings(
                new UrlSettings(null, true, false, "/"),
                new Manifests(
                        AcceptMode.NEGOTIATED,
                        new Platform("linux", "amd64", null),
                        64L * 1024 * 1024),
                new Lists(1000, 10_000, 100, 1000, 32 << 20));
    }
}
