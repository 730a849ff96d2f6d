package io.berth.manifest;

import static io.berth.manifest.ManifestTokens.invalid;
import static io.berth.manifest.ManifestTokens.require;

import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * The members of a manifest's JSON that the registry uses; all others are skipped. Read as a
 * stream, because the tree of a hostile body of 4 MiB takes hundreds of MiB.
 */
final class ManifestBody {

    /** Characters of all annotations of a manifest with a subject: lists of referrers have them. */
    static final int MAX_ANNOTATIONS = 256 * 1024;

    private static final List<String> MEMBERS =
            List.of(
                    "schemaVersion",
                    "mediaType",
                    "artifactType",
                    "config",
                    "subject",
                    "layers",
                    "manifests",
                    "annotations",
                    "fsLayers");

    /** Which parts of a manifest are read. */
    enum Extent {
        /** Everything; embedded content and the case of names are checked. */
        PUSHED,
        /** Everything. */
        STORED,
        /** Everything but layers and children. */
        OUTLINE
    }

    long schemaVersion;
    @Nullable String mediaType;
    @Nullable String artifactType;
    @Nullable Descriptor config;
    @Nullable List<Descriptor> layers;
    @Nullable List<Descriptor> manifests;
    @Nullable Descriptor subject;
    boolean hasFsLayers;

    /**
     * Reads a body into the fields. After a failure they have what was read before it.
     *
     * @param in not closed; after a failure perhaps not read to its end
     * @throws RegistryException MANIFEST_INVALID, or DIGEST_INVALID for a digest that breaks the
     *     grammar
     * @throws UncheckedIOException when the stream fails
     */
    void read(InputStream in, Extent extent) {
        try (ManifestTokens json = new ManifestTokens(in)) {
            DescriptorReader descriptors = new DescriptorReader(json, extent == Extent.PUSHED);
            require(json.next() == JsonToken.START_OBJECT, "a manifest must be a JSON object");
            while (json.next() == JsonToken.PROPERTY_NAME) {
                readMember(json.member(), json, descriptors, extent);
            }
            require(json.next() == null, "nothing may follow the JSON object");
        }
    }

    private void readMember(
            String name, ManifestTokens json, DescriptorReader descriptors, Extent extent) {
        switch (name) {
            case "schemaVersion" -> schemaVersion = json.wholeNumber(name);
            case "mediaType" -> mediaType = json.text(name, DescriptorReader.MAX_NAME);
            case "artifactType" -> artifactType = json.text(name, DescriptorReader.MAX_NAME);
            case "config" -> config = descriptors.read(name);
            case "subject" -> subject = descriptors.read(name);
            case "layers" -> layers = readAll(name, json, descriptors, extent);
            case "manifests" -> manifests = readAll(name, json, descriptors, extent);
            case "annotations" -> checkTexts(name, json);
            case "fsLayers" -> {
                hasFsLayers = json.current() != JsonToken.VALUE_NULL;
                json.skip();
            }
            default -> descriptors.skipUnknown(name, MEMBERS);
        }
    }

    private static @Nullable List<Descriptor> readAll(
            String name, ManifestTokens json, DescriptorReader descriptors, Extent extent) {
        if (extent != Extent.OUTLINE) {
            return descriptors.readAll(name);
        }
        boolean present = json.current() != JsonToken.VALUE_NULL;
        json.skip();
        return present ? List.of() : null;
    }

    private static void checkTexts(String name, ManifestTokens json) {
        if (json.current() == JsonToken.VALUE_NULL) {
            return;
        }
        require(json.current() == JsonToken.START_OBJECT, name + " must be an object");
        while (json.next() == JsonToken.PROPERTY_NAME) {
            json.member();
            json.isText("an annotation");
        }
    }

    /**
     * The annotations of a body that {@link #read} accepted. A separate pass, because only those of
     * manifests with a subject are needed.
     *
     * @throws RegistryException MANIFEST_INVALID when they have more than {@link #MAX_ANNOTATIONS}
     *     characters
     */
    static Map<String, String> annotations(InputStream in) {
        try (ManifestTokens json = new ManifestTokens(in)) {
            json.next();
            while (json.next() == JsonToken.PROPERTY_NAME) {
                if (json.member().equals("annotations")) {
                    return json.current() == JsonToken.VALUE_NULL ? Map.of() : texts(json);
                }
                json.skip();
            }
            return Map.of();
        }
    }

    private static Map<String, String> texts(ManifestTokens json) {
        Map<String, String> texts = new LinkedHashMap<>();
        int characters = 0;
        while (json.next() == JsonToken.PROPERTY_NAME) {
            String key = json.member();
            String text = json.text("an annotation", MAX_ANNOTATIONS);
            texts.put(json.kept(key), text == null ? "" : text);
            characters += key.length() + (text == null ? 0 : text.length());
            if (characters > MAX_ANNOTATIONS) {
                throw invalid(
                        "the annotations of a manifest with a subject may have at most "
                                + MAX_ANNOTATIONS
                                + " characters");
            }
        }
        return texts;
    }
}
