package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.message.Accept;
import io.berth.manifest.ImageIndex;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.Platform;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import io.berth.registry.RegistryReader;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Decides which manifest a client gets for what it says it takes. Asked by digest it gets what has
 * that digest or nothing; asked by tag, an old client may get the child of a list.
 */
final class ManifestNegotiation {

    private final RegistryReader registry;
    private final AcceptMode mode;
    private final Platform defaultPlatform;

    ManifestNegotiation(RegistryReader registry, ApiSettings.Manifests settings) {
        this.registry = registry;
        this.mode = settings.accept();
        this.defaultPlatform = settings.defaultPlatform();
    }

    boolean looksAtAccept() {
        return mode != AcceptMode.OFF;
    }

    /**
     * @throws RegistryException MANIFEST_UNKNOWN when there is none, or none that the client takes;
     *     MANIFEST_INVALID when it takes neither a list nor what is in it
     */
    Manifest choose(RepositoryName repository, Reference reference, HttpServletRequest request) {
        Manifest manifest = registry.manifest(repository, reference);
        if (mode == AcceptMode.OFF) {
            return manifest;
        }
        Accept accept = Accept.of(request.getHeaders("Accept"));
        MediaType type = manifest.mediaType();
        if (mode.supports(accept, type)) {
            return manifest;
        }
        if (type.equals(MediaType.OCI_MANIFEST)) {
            throw unknown(
                    "an OCI manifest was found, but the Accept header does not name its type");
        }
        if (type.equals(MediaType.OCI_INDEX)) {
            throw unknown("an OCI index was found, but the Accept header does not name its type");
        }
        boolean byTag = !(reference instanceof Digest);
        return byTag && type.equals(MediaType.DOCKER_LIST) && manifest instanceof ImageIndex list
                ? child(repository, list, accept)
                : manifest;
    }

    private Manifest child(RepositoryName repository, ImageIndex list, Accept accept) {
        Digest digest =
                list.children().stream()
                        .filter(this::isForDefaultPlatform)
                        .map(Descriptor::digest)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        unknown(
                                                "a manifest list without an image for "
                                                        + defaultPlatform
                                                        + " was found, but the Accept header does"
                                                        + " not name its type"));
        Manifest child = registry.manifest(repository, digest);
        if (child.mediaType().equals(MediaType.DOCKER_MANIFEST)
                && !mode.supports(accept, MediaType.DOCKER_MANIFEST)) {
            throw new RegistryException(
                    ErrorCode.MANIFEST_INVALID,
                    "a schema 2 manifest was found, but the Accept header does not name its type");
        }
        return child;
    }

    private boolean isForDefaultPlatform(Descriptor child) {
        Platform platform = child.platform();
        return platform != null && defaultPlatform.accepts(platform);
    }

    private static RegistryException unknown(String message) {
        return new RegistryException(ErrorCode.MANIFEST_UNKNOWN, message);
    }
}
