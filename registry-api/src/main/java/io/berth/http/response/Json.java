package io.berth.http.response;

import io.berth.name.Descriptor;
import io.berth.name.Platform;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Deque;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes the JSON documents of the protocol without data binding. */
public final class Json {

    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** A document, complete before it is sent, so that its length is known. */
    static byte[] write(Consumer<JsonGenerator> document) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        write(document, bytes);
        return bytes.toByteArray();
    }

    /** A document that may be long, in segments that can be released one by one. */
    public static Deque<byte[]> segments(Consumer<JsonGenerator> document) {
        SegmentedBuffer buffer = new SegmentedBuffer();
        write(document, buffer);
        return buffer.end();
    }

    private static void write(Consumer<JsonGenerator> document, OutputStream bytes) {
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            document.accept(json);
        }
    }

    /** Writes a value of the types that {@link io.berth.error.RegistryError#detail} can have. */
    static void writeValue(JsonGenerator json, Object value) {
        switch (value) {
            case Map<?, ?> map -> {
                json.writeStartObject();
                map.forEach(
                        (name, member) -> {
                            json.writeName(String.valueOf(name));
                            writeValue(json, member);
                        });
                json.writeEndObject();
            }
            case Iterable<?> items -> {
                json.writeStartArray();
                items.forEach(item -> writeValue(json, item));
                json.writeEndArray();
            }
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Boolean bool -> json.writeBoolean(bool);
            default -> json.writeString(value.toString());
        }
    }

    /** Writes a descriptor without its absent members (image-spec, "Descriptors"). */
    public static void writeDescriptor(JsonGenerator json, Descriptor descriptor) {
        json.writeStartObject();
        json.writeStringProperty("mediaType", descriptor.mediaType().value());
        json.writeStringProperty("digest", descriptor.digest().toString());
        json.writeNumberProperty("size", descriptor.size());
        String artifactType = descriptor.artifactType();
        if (artifactType != null) {
            json.writeStringProperty("artifactType", artifactType);
        }
        if (!descriptor.annotations().isEmpty()) {
            json.writeName("annotations");
            writeValue(json, descriptor.annotations());
        }
        if (!descriptor.urls().isEmpty()) {
            json.writeName("urls");
            writeValue(json, descriptor.urls());
        }
        Platform platform = descriptor.platform();
        if (platform != null) {
            writePlatform(json, platform);
        }
        json.writeEndObject();
    }

    private static void writePlatform(JsonGenerator json, Platform platform) {
        json.writeObjectPropertyStart("platform");
        json.writeStringProperty("architecture", platform.architecture());
        json.writeStringProperty("os", platform.os());
        String variant = platform.variant();
        if (variant != null) {
            json.writeStringProperty("variant", variant);
        }
        json.writeEndObject();
    }
}
