package io.berth.manifest;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.Platform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The members of a manifest's JSON that a registry looks at; everything else is skipped, whatever
 * it holds. Read as a stream, because a tree of a hostile body of 4 MiB takes hundreds.
 */
final class ManifestBody {

    /** Deeper than any manifest; a limit only so that the reader's own state stays small. */
    private static final int MAX_DEPTH = 64;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .build();

    int schemaVersion;
    @Nullable String mediaType;
    @Nullable String artifactType;
    @Nullable Descriptor config;
    @Nullable List<Descriptor> layers;
    @Nullable List<Descriptor> manifests;
    @Nullable Descriptor subject;
    boolean hasFsLayers;
    Map<String, String> annotations = Map.of();

    private ManifestBody() {}

    /**
     * @throws RegistryException MANIFEST_INVALID, or DIGEST_INVALID for a digest that breaks the
     *     grammar
     */
    static ManifestBody read(byte[] content) {
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), content)) {
            ManifestBody body = new ManifestBody();
            require(json.nextToken() == JsonToken.START_OBJECT, "a manifest is a JSON object");
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                json.nextToken();
                body.readMember(name, json);
            }
            require(json.nextToken() == null, "there is something behind the JSON object");
            return body;
        } catch (JacksonException e) {
            throw invalid("not acceptable JSON: " + e.getOriginalMessage());
        }
    }

    private void readMember(String name, JsonParser json) {
        switch (name) {
            case "schemaVersion" -> schemaVersion = readInt(json);
            case "mediaType" -> mediaType = readText(name, json);
            case "artifactType" -> artifactType = readText(name, json);
            case "config" -> config = readDescriptor(name, json);
            case "subject" -> subject = readDescriptor(name, json);
            case "layers" -> layers = readDescriptors(name, json);
            case "manifests" -> manifests = readDescriptors(name, json);
            case "annotations" -> annotations = readTexts(name, json);
            case "fsLayers" -> {
                hasFsLayers = json.currentToken() != JsonToken.VALUE_NULL;
                json.skipChildren();
            }
            default -> json.skipChildren();
        }
    }

    private static int readInt(JsonParser json) {
        require(json.currentToken() == JsonToken.VALUE_NUMBER_INT, "schemaVersion is a number");
        return json.getIntValue();
    }

    private static @Nullable String readText(String name, JsonParser json) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        require(json.currentToken() == JsonToken.VALUE_STRING, name + " is a string");
        return json.getString();
    }

    private static @Nullable List<Descriptor> readDescriptors(String name, JsonParser json) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        require(json.currentToken() == JsonToken.START_ARRAY, name + " is an array");
        List<Descriptor> descriptors = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            Descriptor descriptor = readDescriptor(name, json);
            if (descriptor == null) {
                throw invalid(name + " holds null");
            }
            descriptors.add(descriptor);
        }
        return descriptors;
    }

    private static @Nullable Descriptor readDescriptor(String name, JsonParser json) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        require(json.currentToken() == JsonToken.START_OBJECT, name + " holds a descriptor");
        String mediaType = null;
        String digest = null;
        String artifactType = null;
        long size = 0;
        List<String> urls = List.of();
        Platform platform = null;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "mediaType" -> mediaType = readText(member, json);
                case "digest" -> digest = readText(member, json);
                case "artifactType" -> artifactType = readText(member, json);
                case "size" -> size = readSize(json);
                case "urls" -> urls = readUrls(json);
                case "platform" -> platform = readPlatform(json);
                default -> json.skipChildren();
            }
        }
        require(digest != null, "a descriptor in " + name + " has no digest");
        return new Descriptor(
                new MediaType(mediaType == null ? "" : mediaType),
                Digest.of(digest == null ? "" : digest),
                size,
                artifactType,
                Map.of(),
                urls,
                platform);
    }

    private static long readSize(JsonParser json) {
        require(json.currentToken() == JsonToken.VALUE_NUMBER_INT, "size is a whole number");
        long size = json.getLongValue();
        require(size >= 0, "size is not negative");
        return size;
    }

    private static List<String> readUrls(JsonParser json) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return List.of();
        }
        require(json.currentToken() == JsonToken.START_ARRAY, "urls is an array");
        List<String> urls = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            String url = readText("urls", json);
            urls.add(url == null ? "" : url);
        }
        return urls;
    }

    private static @Nullable Platform readPlatform(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        String os = null;
        String architecture = null;
        String variant = null;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "os" -> os = readText(member, json);
                case "architecture" -> architecture = readText(member, json);
                case "variant" -> variant = readText(member, json);
                default -> json.skipChildren();
            }
        }
        return os == null || architecture == null ? null : new Platform(os, architecture, variant);
    }

    private static Map<String, String> readTexts(String name, JsonParser json) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        require(json.currentToken() == JsonToken.START_OBJECT, name + " is an object");
        Map<String, String> texts = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = json.currentName();
            json.nextToken();
            String text = readText(name, json);
            texts.put(key, text == null ? "" : text);
        }
        return texts;
    }

    private static void require(boolean condition, String rule) {
        if (!condition) {
            throw invalid(rule);
        }
    }

    static RegistryException invalid(String why) {
        return new RegistryException(
                ErrorCode.MANIFEST_INVALID, ErrorCode.MANIFEST_INVALID.message(), why);
    }
}
