package io.berth.name;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Points at content (image-spec, "Content Descriptors").
 *
 * @param size bytes
 * @param artifactType {@code null} where there is none
 * @param platform {@code null} where there is none
 */
public record Descriptor(
        MediaType mediaType,
        Digest digest,
        long size,
        @Nullable String artifactType,
        Map<String, String> annotations,
        List<String> urls,
        @Nullable Platform platform) {

    public Descriptor {
        annotations =
                annotations.isEmpty()
                        ? Map.of()
                        : Collections.unmodifiableMap(
                                new LinkedHashMap<>(annotations)); // keeps the order
        urls = List.copyOf(urls);
    }

    public static Descriptor of(MediaType mediaType, Digest digest, long size) {
        return new Descriptor(mediaType, digest, size, null, Map.of(), List.of(), null);
    }
}
