package io.berth.manifest;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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

    private final long memory;

    /** Where a manifest came from: what is known before its body is read. */
    record Source(ManifestContent content, Digest digest, MediaType mediaType) {}

    Manifest(
            Source source,
            @Nullable Digest subject,
            @Nullable String artifactType,
            Map<String, String> annotations,
            long memoryOfDescriptors) {
        this.source = source;
        this.subject = subject;
        this.artifactType = artifactType;
        this.annotations =
                annotations.isEmpty()
                        ? Map.of()
                        : Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
        this.memory =
                Footprint.MANIFEST
                        + source.content.inMemory().map(Footprint::of).orElse(0L)
                        + Footprint.of(subject)
                        + Footprint.of(artifactType)
                        + Footprint.of(this.annotations)
                        + memoryOfDescriptors;
    }

    /**
     * The bytes as pushed, which the caller must not change. Reads them where they are not in
     * memory: of those, {@link #body} takes less.
     *
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN when they are not in memory and the
     *     manifest was deleted meanwhile
     */
    public final byte[] content() {
        Optional<byte[]> inMemory = body().inMemory();
        if (inMemory.isPresent()) {
            return inMemory.get();
        }
        try (InputStream in = body().open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes as pushed, wherever they are. Keeps nothing else of the manifest in memory. */
    public final ManifestContent body() {
        return source.content;
    }

    /** Bytes of {@link #content()}. */
    public final long size() {
        return source.content.size();
    }

    /** Bytes of the heap that this object takes, about: with its content, if that is in memory. */
    public final long memory() {
        return memory;
    }

    /** The digest it goes by here; the same bytes may go by another one, too. */
    public final Digest digest() {
        return source.digest;
    }

    /**
     * What kind of manifest it is. Of stored content that says nothing of the kind: {@link
     * MediaType#OCTET_STREAM}.
     */
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
