package io.berth.manifest;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.Platform;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the heap that the parts of a manifest take, in bytes, as a 64-bit JVM with compressed
 * references lays out their objects. An upper bound, because objects may be shared.
 */
final class Footprint {

    /** A manifest object with its digest, its media type and its collections, without elements. */
    static final long MANIFEST = 512;

    /** Header and alignment of an array. */
    private static final long ARRAY = 16;

    private static final long STRING = 24 + ARRAY;
    private static final int DESCRIPTOR = 48 + 4;
    private static final long DIGEST = 24 + STRING;
    private static final long TYPE = 16 + STRING;
    private static final int PLATFORM = 24;
    private static final long LIST = 24 + ARRAY;

    /** A node of a linked map and its slot in the table. */
    private static final int MAP_ENTRY = 40 + 8;

    private Footprint() {}

    static long of(byte[] bytes) {
        return ARRAY + bytes.length;
    }

    static long of(List<Descriptor> descriptors) {
        long bytes = LIST;
        Descriptor previous = null;
        for (Descriptor descriptor : descriptors) {
            bytes += of(descriptor);
            if (previous == null || !descriptor.mediaType().equals(previous.mediaType())) {
                bytes += TYPE + characters(descriptor.mediaType().value());
            }
            previous = descriptor;
        }
        return bytes;
    }

    static long of(Map<String, String> texts) {
        long bytes = 0;
        for (Map.Entry<String, String> text : texts.entrySet()) {
            bytes += MAP_ENTRY + of(text.getKey()) + of(text.getValue());
        }
        return bytes;
    }

    static long of(@Nullable String text) {
        return text == null ? 0 : STRING + characters(text);
    }

    static long of(@Nullable Digest digest) {
        return digest == null ? 0 : DIGEST + characters(digest.encoded());
    }

    /** Without the media type, which consecutive descriptors mostly share. */
    private static long of(Descriptor descriptor) {
        long bytes = DESCRIPTOR + of(descriptor.digest()) + of(descriptor.artifactType());
        if (!descriptor.urls().isEmpty()) {
            bytes += LIST;
            for (String url : descriptor.urls()) {
                bytes += 4 + of(url);
            }
        }
        Platform platform = descriptor.platform();
        return platform == null
                ? bytes
                : bytes
                        + PLATFORM
                        + of(platform.os())
                        + of(platform.architecture())
                        + of(platform.variant());
    }

    /** Bytes of a string's characters: one each in Latin-1, otherwise two each. */
    private static long characters(String text) {
        return text.chars().allMatch(c -> c < 256) ? text.length() : 2L * text.length();
    }
}
