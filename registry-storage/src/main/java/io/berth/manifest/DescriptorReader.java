package io.berth.manifest;

import static io.berth.manifest.ManifestTokens.invalid;
import static io.berth.manifest.ManifestTokens.require;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Reads the descriptors of one manifest (image-spec, "Content Descriptors"). Skips their
 * annotations, which the registry does not use. For one thread.
 */
final class DescriptorReader {

    /** Limit of the number of descriptors in a manifest plus the number of URLs in them. */
    static final int MAX_ENTRIES = 10_000;

    /** Characters of a media type (RFC 6838), and of each part of a platform. */
    static final int MAX_NAME = MediaType.MAX_LENGTH;

    /** Characters of a URL. */
    static final int MAX_ADDRESS = 8 * 1024;

    private static final List<String> MEMBERS =
            List.of(
                    "mediaType",
                    "digest",
                    "artifactType",
                    "size",
                    "urls",
                    "platform",
                    "data",
                    "annotations");

    private static final List<String> PLATFORM_MEMBERS = List.of("os", "architecture", "variant");

    private final ManifestTokens json;
    private final boolean strict;
    private MediaType lastType = new MediaType("");
    private int entries;

    /**
     * @param strict whether to require that embedded content matches the digest and size of its
     *     descriptor, and to refuse members whose names differ from known ones only in case
     */
    DescriptorReader(ManifestTokens json, boolean strict) {
        this.json = json;
        this.strict = strict;
    }

    @Nullable List<Descriptor> readAll(String name) {
        if (json.current() == JsonToken.VALUE_NULL) {
            return null;
        }
        require(json.current() == JsonToken.START_ARRAY, name + " must be an array");
        List<Descriptor> descriptors = new ArrayList<>();
        while (json.next() != JsonToken.END_ARRAY) {
            Descriptor descriptor = read(name);
            if (descriptor == null) {
                throw invalid(name + " holds null");
            }
            descriptors.add(descriptor);
        }
        return descriptors;
    }

    @Nullable Descriptor read(String name) {
        if (json.current() == JsonToken.VALUE_NULL) {
            return null;
        }
        require(
                json.current() == JsonToken.START_OBJECT,
                name + " must hold descriptors, which are objects");
        count();
        String mediaType = null;
        Digest digest = null;
        String artifactType = null;
        long size = 0;
        List<String> urls = List.of();
        Platform platform = null;
        EmbeddedData data = null;
        while (json.next() == JsonToken.PROPERTY_NAME) {
            String member = json.member();
            switch (member) {
                case "mediaType" -> mediaType = json.text(member, MAX_NAME);
                case "digest" -> digest = readDigest(member);
                case "artifactType" -> artifactType = json.text(member, MAX_NAME);
                case "size" -> size = readSize(member);
                case "urls" -> urls = readAddresses(member);
                case "platform" -> platform = readPlatform();
                case "data" -> data = readData(member);
                default -> skipUnknown(member, MEMBERS);
            }
        }
        if (digest == null) {
            throw invalid("a descriptor in " + name + " has no digest");
        }
        require(
                data == null || data.matches(digest, size),
                "the data of a descriptor in " + name + " is not what its digest and size say");
        return new Descriptor(
                shared(mediaType), digest, size, artifactType, Map.of(), urls, platform);
    }

    /**
     * Skips the value of a member that is not read.
     *
     * @param known names of the object's members that are read; a strict reader refuses a name that
     *     differs from one of them only in case
     */
    void skipUnknown(String member, List<String> known) {
        if (strict) {
            json.requireNoVariantOf(known, member);
        }
        json.skip();
    }

    private void count() {
        require(
                ++entries <= MAX_ENTRIES,
                "a manifest may have at most " + MAX_ENTRIES + " descriptors and addresses");
    }

    private MediaType shared(@Nullable String type) {
        if (!lastType.value().equals(type)) {
            lastType = new MediaType(type == null ? "" : type);
        }
        return lastType;
    }

    private @Nullable Digest readDigest(String member) {
        if (!json.isText(member)) {
            return null;
        }
        return Digest.of(json.read());
    }

    private long readSize(String member) {
        long size = json.wholeNumber(member);
        require(size >= 0, "size must not be negative");
        return size;
    }

    private List<String> readAddresses(String member) {
        if (json.current() == JsonToken.VALUE_NULL) {
            return List.of();
        }
        require(json.current() == JsonToken.START_ARRAY, "urls must be an array");
        List<String> addresses = new ArrayList<>(1);
        while (json.next() != JsonToken.END_ARRAY) {
            count();
            String address = json.text(member, MAX_ADDRESS);
            addresses.add(address == null ? "" : address);
        }
        return addresses;
    }

    private @Nullable Platform readPlatform() {
        if (json.current() != JsonToken.START_OBJECT) {
            json.skip();
            return null;
        }
        String os = null;
        String architecture = null;
        String variant = null;
        while (json.next() == JsonToken.PROPERTY_NAME) {
            String member = json.member();
            switch (member) {
                case "os" -> os = json.text(member, MAX_NAME);
                case "architecture" -> architecture = json.text(member, MAX_NAME);
                case "variant" -> variant = json.text(member, MAX_NAME);
                default -> skipUnknown(member, PLATFORM_MEMBERS);
            }
        }
        return os == null || architecture == null ? null : new Platform(os, architecture, variant);
    }

    /** {@code null} for empty data, which many clients write where there is none. */
    private @Nullable EmbeddedData readData(String member) {
        if (!strict) {
            json.skip();
            return null;
        }
        if (!json.isText(member)) {
            return null;
        }
        EmbeddedData data = new EmbeddedData();
        json.decode(member, data);
        return data.isEmpty() ? null : data;
    }
}
