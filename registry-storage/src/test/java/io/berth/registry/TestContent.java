package io.berth.registry;

import io.berth.manifest.Manifest;
import io.berth.manifest.ManifestParser;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Content to push: small, valid, and different for different texts. */
public final class TestContent {

    private TestContent() {}

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Incompressible, and the same for the same arguments. */
    public static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    public static Digest sha256(byte[] content) {
        return Digest.ofContent(HashAlgorithm.SHA256, content);
    }

    public static Digest sha512(byte[] content) {
        return Digest.ofContent(HashAlgorithm.SHA512, content);
    }

    public static UploadChunk chunk(byte[] content) {
        return UploadChunk.of(new ByteArrayInputStream(content));
    }

    /** Pushes a blob in one go. */
    public static Digest pushBlob(Registry registry, RepositoryName repository, byte[] content) {
        return pushBlob(registry, repository, content, sha256(content));
    }

    public static Digest pushBlob(
            Registry registry, RepositoryName repository, byte[] content, Digest digest) {
        try {
            return registry.putBlob(repository, digest, chunk(content)).digest();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Pushes an image with its config and layers; what it is made of follows from its name. */
    public static Manifest pushImage(
            Registry registry, RepositoryName repository, String name, String... tags) {
        ImageBuilder image = image(name);
        image.pushBlobs(registry, repository);
        Manifest manifest = image.build();
        registry.putManifest(repository, manifest, tags(tags), PutOptions.defaults());
        return manifest;
    }

    public static List<Tag> tags(String... tags) {
        return List.of(tags).stream().map(Tag::of).toList();
    }

    public static ImageBuilder image(String name) {
        return new ImageBuilder(name);
    }

    public static IndexBuilder index(Manifest... children) {
        return new IndexBuilder(List.of(children));
    }

    /** An OCI image manifest on its way to be built. */
    public static final class ImageBuilder {

        private final String name;
        private final List<byte[]> layers = new ArrayList<>();
        private MediaType configType = MediaType.OCI_CONFIG;
        private String layerType = "application/vnd.oci.image.layer.v1.tar+gzip";
        private MediaType mediaType = MediaType.OCI_MANIFEST;
        private @Nullable String artifactType;
        private @Nullable Digest subject;
        private String annotations = "";

        private ImageBuilder(String name) {
            this.name = name;
            layers.add(bytes("layer of " + name));
        }

        public ImageBuilder layers(byte[]... contents) {
            layers.clear();
            layers.addAll(List.of(contents));
            return this;
        }

        public ImageBuilder docker() {
            mediaType = MediaType.DOCKER_MANIFEST;
            configType = MediaType.DOCKER_CONFIG;
            layerType = "application/vnd.docker.image.rootfs.diff.tar.gzip";
            return this;
        }

        public ImageBuilder configType(String type) {
            configType = new MediaType(type);
            return this;
        }

        public ImageBuilder layerType(String type) {
            layerType = type;
            return this;
        }

        public ImageBuilder artifactType(String type) {
            artifactType = type;
            return this;
        }

        public ImageBuilder subject(Digest digest) {
            subject = digest;
            return this;
        }

        public ImageBuilder annotation(String key, String value) {
            annotations += (annotations.isEmpty() ? "" : ",") + "\"" + key + "\":\"" + value + "\"";
            return this;
        }

        public byte[] config() {
            return bytes("{\"architecture\":\"amd64\",\"os\":\"linux\",\"name\":\"" + name + "\"}");
        }

        public ImageBuilder pushBlobs(Registry registry, RepositoryName repository) {
            pushBlob(registry, repository, config());
            layers.forEach(layer -> pushBlob(registry, repository, layer));
            return this;
        }

        public String json() {
            return "{\"schemaVersion\":2,\"mediaType\":\"%s\",%s\"config\":%s,\"layers\":[%s]%s%s}"
                    .formatted(
                            mediaType,
                            artifactType == null
                                    ? ""
                                    : "\"artifactType\":\"" + artifactType + "\",",
                            descriptor(configType.value(), config()),
                            layers.stream()
                                    .map(layer -> descriptor(layerType, layer))
                                    .collect(Collectors.joining(",")),
                            subject == null
                                    ? ""
                                    : ",\"subject\":"
                                            + descriptor(
                                                    MediaType.OCI_MANIFEST.value(), subject, 7),
                            annotations.isEmpty() ? "" : ",\"annotations\":{" + annotations + "}");
        }

        public Manifest build() {
            return ManifestParser.pushed(bytes(json()), mediaType, null);
        }

        public Manifest build(Digest digest) {
            return ManifestParser.pushed(bytes(json()), mediaType, digest);
        }
    }

    /** An OCI image index on its way to be built. */
    public static final class IndexBuilder {

        private final List<String> children = new ArrayList<>();
        private MediaType mediaType = MediaType.OCI_INDEX;
        private @Nullable Digest subject;
        private String artifactType = "";

        private IndexBuilder(List<Manifest> manifests) {
            manifests.forEach(
                    child ->
                            children.add(
                                    descriptor(
                                            child.mediaType().value(),
                                            child.digest(),
                                            child.size())));
        }

        public IndexBuilder docker() {
            mediaType = MediaType.DOCKER_LIST;
            return this;
        }

        public IndexBuilder blobChild(byte[] content) {
            children.add(descriptor("application/octet-stream", content));
            return this;
        }

        public IndexBuilder missingChild(Digest digest) {
            children.add(descriptor(MediaType.OCI_MANIFEST.value(), digest, 3));
            return this;
        }

        public IndexBuilder child(Manifest child, String os, String architecture) {
            String descriptor = descriptor(child.mediaType().value(), child.digest(), child.size());
            children.add(
                    descriptor.substring(0, descriptor.length() - 1)
                            + ",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}}"
                                    .formatted(os, architecture));
            return this;
        }

        public IndexBuilder artifactType(String type) {
            artifactType = ",\"artifactType\":\"" + type + "\"";
            return this;
        }

        public IndexBuilder subject(Digest digest) {
            subject = digest;
            return this;
        }

        public String json() {
            return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]%s%s}"
                    .formatted(
                            mediaType,
                            String.join(",", children),
                            artifactType,
                            subject == null
                                    ? ""
                                    : ",\"subject\":"
                                            + descriptor(
                                                    MediaType.OCI_MANIFEST.value(), subject, 7));
        }

        public Manifest build() {
            return ManifestParser.pushed(bytes(json()), mediaType, null);
        }
    }

    private static String descriptor(String mediaType, byte[] content) {
        return descriptor(mediaType, sha256(content), content.length);
    }

    private static String descriptor(String mediaType, Digest digest, long size) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                .formatted(mediaType, digest, size);
    }
}
