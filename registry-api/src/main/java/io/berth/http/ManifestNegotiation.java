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
 * Content negotiation for manifests, by the {@code Accept} header. A client that asks by digest
 * gets the manifest with that digest or none; one that asks by tag and does not accept lists may
 * get a child of the list.
 */
final class ManifestNegotiation {

    private final RegistryReader registry;
    private final AcceptMode mode;
    private final Platform defaultPlatform;

    ManifestNegotiation(RegistryReader registry, ManifestSettings settings) {
        this.registry = registry;
        this.mode = settings.accept();
        this.defaultPlatform = settings.defaultPlatform();
    }

    /** Whether the response depends on the {@code Accept} header. */
    boolean looksAtAccept() {
        return mode != AcceptMode.OFF;
    }

    /**
     * The manifest to send.
     *
     * @throws RegistryException MANIFEST_UNKNOWN when there is none, or none that the client
     *     accepts; MANIFEST_INVALID when the client accepts neither the list nor its child
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
