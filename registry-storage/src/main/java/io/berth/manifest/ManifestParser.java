package io.berth.manifest;

import static io.berth.manifest.ManifestBody.invalid;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes manifests from bytes: strictly for what is pushed, so that no two clients can read one body
 * as two kinds (CVE-2021-41190); leniently for what is stored already, which must be served
 * whatever another registry let in.
 */
public final class ManifestParser {

    private static final MediaType SCHEMA1 =
            new MediaType("application/vnd.docker.distribution.manifest.v1+json");

    private ManifestParser() {}

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
        ManifestBody body = ManifestBody.read(content);
        if (body.schemaVersion != 2) {
            throw invalid("schemaVersion is " + body.schemaVersion + ", only 2 is supported");
        }
        MediaType mediaType = agreedType(body, declared);
        Manifest.Source source = new Manifest.Source(content, digest, mediaType);
        if (isIndex(mediaType)) {
            refuseForeign(body.config != null, "config", mediaType);
            refuseForeign(body.layers != null, "layers", mediaType);
            refuseForeign(body.hasFsLayers, "fsLayers", mediaType);
            return index(source, body);
        }
        refuseForeign(body.manifests != null, "manifests", mediaType);
        refuseForeign(body.hasFsLayers, "fsLayers", mediaType);
        if (body.config == null) {
            throw invalid("an image manifest has a config");
        }
        return image(source, body);
    }

    /**
     * A manifest that is in the storage. Never refuses: what cannot be interpreted becomes an
     * {@link UnknownManifest}.
     *
     * @param content kept, not copied
     */
    public static Manifest stored(byte[] content, Digest digest) {
        ManifestBody body;
        try {
            body = ManifestBody.read(content);
        } catch (RegistryException e) {
            return new UnknownManifest(
                    new Manifest.Source(content, digest, MediaType.OCTET_STREAM));
        }
        MediaType mediaType = typeOf(body);
        if (mediaType == null) {
            mediaType =
                    body.hasFsLayers
                            ? SCHEMA1
                            : body.manifests != null ? MediaType.OCI_INDEX : MediaType.OCI_MANIFEST;
        }
        Manifest.Source source = new Manifest.Source(content, digest, mediaType);
        if (isIndex(mediaType)) {
            return index(source, body);
        }
        return isImage(mediaType) ? image(source, body) : new UnknownManifest(source);
    }

    private static Digest checkedDigest(byte[] content, @Nullable Digest expected) {
        if (expected == null) {
            return Digest.ofContent(HashAlgorithm.SHA256, content);
        }
        Digest actual = Digest.ofContent(HashAlgorithm.of(expected.algorithm()), content);
        if (!actual.equals(expected)) {
            throw new RegistryException(
                    ErrorCode.DIGEST_INVALID,
                    ErrorCode.DIGEST_INVALID.message(),
                    "the manifest's digest is " + actual);
        }
        return expected;
    }

    private static MediaType agreedType(ManifestBody body, @Nullable MediaType declared) {
        MediaType inBody = typeOf(body);
        if (body.mediaType != null && inBody == null) {
            throw invalid("mediaType is not a media type");
        }
        if (inBody != null && declared != null && !inBody.equals(declared)) {
            throw invalid("Content-Type is " + declared + " but mediaType is " + inBody);
        }
        MediaType mediaType = inBody != null ? inBody : typeByFields(body);
        if (inBody == null && declared != null) {
            if (!declared.equals(mediaType)) {
                throw invalid(
                        isDocker(declared)
                                ? "a body of type " + declared + " has a mediaType"
                                : "expected " + declared + " but the body is " + mediaType);
            }
        }
        if (!isIndex(mediaType) && !isImage(mediaType)) {
            throw invalid("manifests of type " + mediaType + " are not supported");
        }
        return mediaType;
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

    private static Manifest image(Manifest.Source source, ManifestBody body) {
        Descriptor config = body.config;
        String artifactType = nonEmpty(body.artifactType);
        if (artifactType == null && config != null) {
            artifactType = nonEmpty(config.mediaType().value());
        }
        return new ImageManifest(
                source,
                subject(body),
                artifactType,
                body.annotations,
                config,
                orEmpty(body.layers));
    }

    private static Manifest index(Manifest.Source source, ManifestBody body) {
        return new ImageIndex(
                source,
                subject(body),
                nonEmpty(body.artifactType),
                body.annotations,
                orEmpty(body.manifests));
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
