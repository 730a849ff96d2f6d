package io.berth.manifest;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A manifest of one of the families a registry keeps, with the exact bytes it was pushed with.
 * Immutable.
 */
public abstract sealed class Manifest permits ImageManifest, ImageIndex, UnknownManifest {

    private final Source source;
    private final @Nullable Digest subject;
    private final @Nullable String artifactType;
    private final Map<String, String> annotations;

    /** Where a manifest came from: what is known before its body is read. */
    @SuppressWarnings("ArrayRecordComponent") // carries constructor arguments, never compared
    record Source(byte[] content, Digest digest, MediaType mediaType) {}

    Manifest(
            Source source,
            @Nullable Digest subject,
            @Nullable String artifactType,
            Map<String, String> annotations) {
        this.source = source;
        this.subject = subject;
        this.artifactType = artifactType;
        this.annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }

    /** The bytes as pushed. Not copied: the caller must not change them. */
    public final byte[] content() {
        return source.content;
    }

    /** Bytes of {@link #content()}. */
    public final int size() {
        return source.content.length;
    }

    /** The digest it goes by here; the same bytes may go by another one, too. */
    public final Digest digest() {
        return source.digest;
    }

    public final MediaType mediaType() {
        return source.mediaType;
    }

    /** The manifest this one is about, which need not exist. */
    public final Optional<Digest> subject() {
        return Optional.ofNullable(subject);
    }

    /**
     * What is said about it where it is listed as a referrer (distribution-spec, "Listing
     * Referrers").
     */
    public final Descriptor asReferrer() {
        return new Descriptor(
                mediaType(), digest(), size(), artifactType, annotations, List.of(), null);
    }
}
