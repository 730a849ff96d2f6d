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
 * Makes manifests from bytes. Pushed manifests are checked strictly, so that no two clients can
 * take one body for two types (CVE-2021-41190). Stored manifests are never refused: what another
 * registry accepted must be served. Safe for use by many threads.
 */
public final class ManifestParser {

    private static final MediaType SCHEMA1 =
            new MediaType("application/vnd.docker.distribution.manifest.v1+json");

    /**
     * Bytes of heap that a manifest takes at most besides its content, while it is read and
     * afterwards. Follows from the limits of {@code ManifestTokens} and {@code DescriptorReader}.
     */
    public static final int MAX_MEMORY = 6 * 1024 * 1024;

    /** Bytes of the largest stored content that is parsed. */
    private static final int MAX_LARGE = 16 * 1024 * 1024;

    /** Bytes of heap for each byte of a body, at most. */
    private static final int MEMORY_PER_BYTE = 24;

    /** Bytes of the reader's buffers. */
    private static final int READER_MEMORY = 48 * 1024;

    private ManifestParser() {}

    /**
     * Bytes of heap that reading a body takes at most, besides the body itself and including the
     * resulting manifest.
     *
     * @param size bytes of the body
     */
    public static int memoryToRead(long size) {
        return (int) Math.min(MAX_MEMORY, READER_MEMORY + size * MEMORY_PER_BYTE);
    }

    /**
     * Parses and checks a pushed manifest.
     *
     * @param content kept, not copied
     * @param declared the {@code Content-Type} of the push; {@code null}: the body decides
     * @param expected the digest that the content must have; {@code null}: its sha256 is used
     * @throws RegistryException MANIFEST_INVALID, with the reason as detail; DIGEST_INVALID when
     *     the content does not match {@code expected}, or the algorithm of that is not supported
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
            throw invalid("an image manifest must have a config");
        }
        return image(source, body, annotations(held, body));
    }

    /**
     * Parses a stored manifest. Never fails: content that cannot be interpreted becomes an {@link
     * UnknownManifest}, with the media type in its body if there is one. The digest is not checked.
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
     * Parses a stored manifest that is too large to be held in memory. As {@link #stored}, but
     * without layers and children, and with a check of the digest. Content of more than 16 MiB is
     * not read: no registry accepts such manifests.
     *
     * @param content opened up to twice here, and again by the users of the manifest
     * @throws RegistryException DIGEST_INVALID when the content has another digest; and what {@link
     *     ManifestContent#open} throws
     * @throws UncheckedIOException when the content cannot be read
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
                understood = false; // served nevertheless, with the type that was read so far
            }
            in.transferTo(OutputStream.nullOutputStream());
            requireDigest(digest, Digest.ofHash(algorithm, in.getMessageDigest()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return understood;
    }

    /** Empty for a manifest without a subject, whose annotations nothing needs. */
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
     * Takes the type in the body as it is written, because clients compare it exactly: in capitals
     * or with parameters it is another type to them.
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
                        ? "a body of type " + declared + " must have a mediaType"
                        : "Content-Type is " + declared + " but the body is of type " + mediaType);
    }

    /** The type of a body without a mediaType, by the rule of container engines: one of OCI. */
    private static MediaType typeByFields(ManifestBody body) {
        boolean image = body.config != null || body.layers != null;
        if (body.hasFsLayers || (image && body.manifests != null)) {
            throw invalid(
                    "the members are those of more than one kind of manifest, or of schema 1");
        }
        return image ? MediaType.OCI_MANIFEST : MediaType.OCI_INDEX;
    }

    private static @Nullable MediaType typeOf(ManifestBody body) {
        return body.mediaType == null ? null : MediaType.parse(body.mediaType).orElse(null);
    }

    private static void refuseForeign(boolean present, String field, MediaType mediaType) {
        if (present) {
            throw invalid("a body of type " + mediaType + " must not have " + field);
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

    /** An image manifest without an artifactType has the media type of its config. */
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
