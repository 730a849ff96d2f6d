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

/** A manifest with the exact bytes that were pushed. Immutable. */
public abstract sealed class Manifest permits ImageManifest, ImageIndex, UnknownManifest {

    private final Source source;
    private final @Nullable Digest subject;
    private final @Nullable String artifactType;
    private final Map<String, String> annotations;

    private final long memory;

    /** The bytes, digest and media type of a manifest. */
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
     * The bytes as pushed, which the caller must not change. Reads all of them into memory where
     * they are not there; use {@link #body} to stream a large manifest.
     *
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN when they are not in memory and the
     *     manifest was deleted meanwhile
     * @throws UncheckedIOException when reading them fails
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

    /** The bytes as pushed, in memory or stored. Holds no reference to the rest of the manifest. */
    public final ManifestContent body() {
        return source.content;
    }

    /** Bytes of {@link #content()}. */
    public final long size() {
        return source.content.size();
    }

    /** Estimated bytes of heap that this object takes, with its content if that is in memory. */
    public final long memory() {
        return memory;
    }

    /**
     * The digest of the push or of the stored manifest; with sha512 there may be a sha256 as well.
     */
    public final Digest digest() {
        return source.digest;
    }

    /**
     * The media type; {@link MediaType#OCTET_STREAM} for stored content from which no type follows.
     */
    public final MediaType mediaType() {
        return source.mediaType;
    }

    /** The manifest that this one refers to as its subject, which need not exist. */
    public final Optional<Digest> subject() {
        return Optional.ofNullable(subject);
    }

    /**
     * The descriptor of this manifest in a list of referrers (distribution-spec, "Listing
     * Referrers").
     */
    public final Descriptor asReferrer() {
        return new Descriptor(
                mediaType(), digest(), size(), artifactType, annotations, List.of(), null);
    }
}
