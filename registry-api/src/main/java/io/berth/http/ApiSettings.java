package io.berth.http;

import io.berth.http.route.UrlSettings;
import io.berth.name.Platform;

/**
 * What the API is set up with: the settings of its parts, and bounds that are not set. A client
 * that asks for more items of a list than a page has gets a page and a {@code Link} to the rest.
 */
public record ApiSettings(
        UrlSettings urls,
        ManifestSettings manifests,
        TagsSettings tags,
        CatalogSettings catalog,
        Bounds bounds) {

    /**
     * Bounds that follow from what clients expect and from the heap.
     *
     * @param tagsAtOnce the most tags for a client that asks for no number, unless a page has more
     * @param repositoriesAtOnce the most repositories for a client that asks for no number, unless
     *     a page has fewer
     * @param manifestBytes memory for manifests that are being pushed, in bytes; at least 20 MiB
     *     are used, so that the largest manifest fits
     * @param listBytes memory, in bytes, for all lists that are being made and sent; a list that
     *     would exceed it waits
     */
    public record Bounds(
            int tagsAtOnce, int repositoriesAtOnce, long manifestBytes, long listBytes) {

        /** Old clients do not follow links. */
        private static final int TAGS_AT_ONCE = 10_000;

        /** As in distribution. */
        private static final int REPOSITORIES_AT_ONCE = 100;

        /**
         * @throws IllegalArgumentException with a message that names the bound
         */
        public Bounds {
            requirePositive("tagsAtOnce", tagsAtOnce);
            requirePositive("repositoriesAtOnce", repositoriesAtOnce);
            requirePositive("listBytes", listBytes);
        }

        private static void requirePositive(String name, long value) {
            if (value <= 0) {
                throw new IllegalArgumentException(name + " must be positive, not " + value);
            }
        }

        /** With the numbers of items that clients expect. */
        public static Bounds ofMemory(long manifestBytes, long listBytes) {
            return new Bounds(TAGS_AT_ONCE, REPOSITORIES_AT_ONCE, manifestBytes, listBytes);
        }
    }

    /** Settings for a registry that clients reach directly. */
    public static ApiSettings defaults() {
        return new ApiSettings(
                new UrlSettings(null, true, false, "/"),
                new ManifestSettings(AcceptMode.NEGOTIATED, new Platform("linux", "amd64", null)),
                new TagsSettings(1000),
                new CatalogSettings(1000),
                Bounds.ofMemory(64 << 20, 32 << 20));
    }

    /** Tags for a client that asks for no number. */
    int tagsAtOnce() {
        return Math.max(bounds.tagsAtOnce(), tags.maxTags());
    }

    /** Repositories for a client that asks for no number. */
    int repositoriesAtOnce() {
        return Math.min(bounds.repositoriesAtOnce(), catalog.maxEntries());
    }
}
