package io.berth.manifest;

import static io.berth.manifest.ManifestTokens.invalid;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.ManifestBody.Extent;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes manifests from bytes: strictly for what is pushed, so that no two clients can read one body
 * as two kinds (CVE-2021-41190); leniently for what is stored already, which must be served
 * whatever another registry let in.
 */
public final class ManifestParser {

    private static final MediaType SCHEMA1 =
            new MediaType("application/vnd.docker.distribution.manifest.v1+json");

    /**
     * What a manifest takes of the heap beside its bytes at the most, in bytes: what the limits of
     * {@code ManifestTokens} and {@code DescriptorReader} allow, and what reading it takes.
     */
    public static final int MAX_MEMORY = 6 * 1024 * 1024;

    /** Bytes of stored content that is looked into. */
    private static final int MAX_LARGE = 16 * 1024 * 1024;

    /** How much that can be for each byte of a body. */
    private static final int MEMORY_PER_BYTE = 24;

    /** The buffers of the reader. */
    private static final int READER_MEMORY = 48 * 1024;

    private ManifestParser() {}

    /**
     * What reading a body takes of the heap beside its bytes, at the most, with the manifest that
     * comes of it.
     *
     * @param size bytes of the body
     */
    public static int memoryToRead(long size) {
        return (int) Math.min(MAX_MEMORY, READER_MEMORY + size * MEMORY_PER_BYTE);
    }

    /**
     * A manifest that somebody pushes.
     *
     * @param content kept, not copied
     * @param declared what the push says it is; {@code null}: decided by the body
     * @param expected what the body must hash to; {@code null}: it goes by its sha256
     * @throws RegistryException MANIFEST_INVALID, with the reason as detail; DIGEST_INVALID when
     *     the body is not what {@code expected} says or its algorithm is not supported
     */
    public static Manifest pushed(
            byte[] content, @Nullable MediaType declared, @Nullable Digest expected) {
        Digest digest = checkedDigest(content, expected);
        ManifestContent held = new ManifestContent.InMemory(content);
        ManifestBody body = new ManifestBody();
        body.read(held.open(), Extent.PUSHED);
        if (body.schemaVersion != 2) {
            throw invalid("schemaVersion is " + body.schemaVersion + ", only 2 is supported");
        }
        MediaType mediaType = agreedType(body, declared);
        Manifest.Source source = new Manifest.Source(held, digest, mediaType);
        if (isIndex(mediaType)) {
            refuseForeign(body.config != null, "config", mediaType);
            refuseForeign(body.layers != null, "layers", mediaType);
            refuseForeign(body.hasFsLayers, "fsLayers", mediaType);
            if (body.manifests == null) {
                throw invalid("an index must have a list of manifests, which may be empty");
            }
            return index(source, body, annotations(held, body));
        }
        refuseForeign(body.manifests != null, "manifests", mediaType);
        refuseForeign(body.hasFsLayers, "fsLayers", mediaType);
        if (body.config == null) {
            throw invalid("an image manifest has a config");
        }
        return image(source, body, annotations(held, body));
    }

    /**
     * A manifest that is in the storage. Never refuses: what cannot be interpreted becomes an
     * {@link UnknownManifest}, of the type that it says it is.
     *
     * @param content kept, not copied
     */
    public static Manifest stored(byte[] content, Digest digest) {
        ManifestContent held = new ManifestContent.InMemory(content);
        ManifestBody body = new ManifestBody();
        Map<String, String> annotations;
        try {
            body.read(held.open(), Extent.STORED);
            annotations = annotations(held, body);
        } catch (RegistryException e) {
            return new UnknownManifest(new Manifest.Source(held, digest, saidType(body)));
        }
        MediaType mediaType = storedType(body);
        Manifest.Source source = new Manifest.Source(held, digest, mediaType);
        if (isIndex(mediaType)) {
            return index(source, body, annotations);
        }
        return isImage(mediaType) ? image(source, body, annotations) : new UnknownManifest(source);
    }

    /**
     * A manifest in the storage that is not to be held in memory. As {@link #stored}, but without
     * what it lists. Of more than 16 MiB nothing is read: no registry takes such manifests.
     *
     * @param content opened to find out what it is, and when it is asked for
     * @throws RegistryException DIGEST_INVALID when the content has another digest; what opening it
     *     throws
     * @throws UncheckedIOException when it cannot be read
     */
    public static UnknownManifest storedLarge(ManifestContent content, Digest digest) {
        if (content.size() > MAX_LARGE) {
            return new UnknownManifest(
                    new Manifest.Source(content, digest, MediaType.OCTET_STREAM));
        }
        ManifestBody body = new ManifestBody();
        boolean understood = readsOutline(content, digest, body);
        Map<String, String> annotations = Map.of();
        if (understood) {
            try {
                annotations = annotations(content, body);
            } catch (RegistryException e) {
                if (e.code() != ErrorCode.MANIFEST_INVALID) {
                    throw e;
                }
                understood = false;
            }
        }
        MediaType mediaType = understood ? storedType(body) : saidType(body);
        Manifest.Source source = new Manifest.Source(content, digest, mediaType);
        return understood && (isIndex(mediaType) || isImage(mediaType))
                ? new UnknownManifest(
                        source, subject(body), artifactType(body, mediaType), annotations)
                : new UnknownManifest(source);
    }

    private static boolean readsOutline(ManifestContent content, Digest digest, ManifestBody body) {
        HashAlgorithm algorithm = HashAlgorithm.of(digest.algorithm());
        boolean understood = true;
        try (var in = new DigestInputStream(content.open(), algorithm.newDigest())) {
            try {
                body.read(in, Extent.OUTLINE);
            } catch (RegistryException e) {
                understood = false; // served all the same, of the type that was read before
            }
            in.transferTo(OutputStream.nullOutputStream());
            requireDigest(digest, Digest.ofHash(algorithm, in.getMessageDigest()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return understood;
    }

    /** Only a referrer's are ever asked for. */
    private static Map<String, String> annotations(ManifestContent content, ManifestBody body) {
        if (body.subject == null) {
            return Map.of();
        }
        try (InputStream in = content.open()) {
            return ManifestBody.annotations(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MediaType storedType(ManifestBody body) {
        MediaType mediaType = typeOf(body);
        if (mediaType != null) {
            return mediaType;
        }
        if (body.hasFsLayers) {
            return SCHEMA1;
        }
        return body.manifests != null ? MediaType.OCI_INDEX : MediaType.OCI_MANIFEST;
    }

    private static MediaType saidType(ManifestBody body) {
        MediaType mediaType = typeOf(body);
        return mediaType == null ? MediaType.OCTET_STREAM : mediaType;
    }

    private static Digest checkedDigest(byte[] content, @Nullable Digest expected) {
        if (expected == null) {
            return Digest.ofContent(HashAlgorithm.SHA256, content);
        }
        requireDigest(expected, Digest.ofContent(HashAlgorithm.of(expected.algorithm()), content));
        return expected;
    }

    private static void requireDigest(Digest expected, Digest actual) {
        if (!actual.equals(expected)) {
            throw new RegistryException(
                    ErrorCode.DIGEST_INVALID,
                    ErrorCode.DIGEST_INVALID.message(),
                    "the manifest's digest is " + actual);
        }
    }

    /**
     * The type in the body is taken as it is written: clients compare it so, and one in capitals or
     * with parameters is another to them.
     */
    private static MediaType agreedType(ManifestBody body, @Nullable MediaType declared) {
        MediaType inBody = body.mediaType == null ? null : new MediaType(body.mediaType);
        MediaType mediaType = inBody != null ? inBody : typeByFields(body);
        if (!isIndex(mediaType) && !isImage(mediaType)) {
            throw invalid("manifests of type " + mediaType + " are not supported");
        }
        if (declared == null || declared.equals(mediaType)) {
            return mediaType;
        }
        if (inBody != null) {
            throw invalid("Content-Type is " + declared + " but mediaType is " + inBody);
        }
        throw invalid(
                isDocker(declared)
                        ? "a body of type " + declared + " has a mediaType"
                        : "expected " + declared + " but the body is " + mediaType);
    }

    /** As container engines tell it; without a mediaType only the OCI types are possible. */
    private static MediaType typeByFields(ManifestBody body) {
        boolean image = body.config != null || body.layers != null;
        if (body.hasFsLayers || (image && body.manifests != null)) {
            throw invalid("the fields are of more than one kind of manifest, or of schema 1");
        }
        return image ? MediaType.OCI_MANIFEST : MediaType.OCI_INDEX;
    }

    private static @Nullable MediaType typeOf(ManifestBody body) {
        return body.mediaType == null ? null : MediaType.parse(body.mediaType).orElse(null);
    }

    private static void refuseForeign(boolean present, String field, MediaType mediaType) {
        if (present) {
            throw invalid("a body of type " + mediaType + " has no " + field);
        }
    }

    private static boolean isIndex(MediaType type) {
        return type.equals(MediaType.OCI_INDEX) || type.equals(MediaType.DOCKER_LIST);
    }

    private static boolean isImage(MediaType type) {
        return type.equals(MediaType.OCI_MANIFEST) || type.equals(MediaType.DOCKER_MANIFEST);
    }

    private static boolean isDocker(MediaType type) {
        return type.equals(MediaType.DOCKER_LIST) || type.equals(MediaType.DOCKER_MANIFEST);
    }

    private static Manifest image(
            Manifest.Source source, ManifestBody body, Map<String, String> annotations) {
        return new ImageManifest(
                source,
                subject(body),
                artifactType(body, source.mediaType()),
                annotations,
                body.config,
                orEmpty(body.layers));
    }

    private static Manifest index(
            Manifest.Source source, ManifestBody body, Map<String, String> annotations) {
        return new ImageIndex(
                source,
                subject(body),
                artifactType(body, source.mediaType()),
                annotations,
                orEmpty(body.manifests));
    }

    /** An image that does not say its own is of the type of its config. */
    private static @Nullable String artifactType(ManifestBody body, MediaType mediaType) {
        String artifactType = nonEmpty(body.artifactType);
        return artifactType == null && isImage(mediaType) && body.config != null
                ? nonEmpty(body.config.mediaType().value())
                : artifactType;
    }

    private static @Nullable Digest subject(ManifestBody body) {
        return body.subject == null ? null : body.subject.digest();
    }

    private static @Nullable String nonEmpty(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static List<Descriptor> orEmpty(@Nullable List<Descriptor> descriptors) {
        return descriptors == null ? List.of() : descriptors;
    }
}
