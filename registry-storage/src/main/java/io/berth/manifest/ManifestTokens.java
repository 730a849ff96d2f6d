package io.berth.manifest;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON of a manifest as a stream of tokens. Refuses other encodings than UTF-8, duplicate
 * members, and whatever exceeds the limits below, so that the memory follows from what is kept and
 * not from what a client sends: besides that, some KiB for the reader, the names of the members of
 * open objects, and the current text. For one thread.
 */
final class ManifestTokens implements AutoCloseable {

    /** Levels of nested objects and arrays. */
    static final int MAX_DEPTH = 64;

    /**
     * Members of an object and of those that enclose it: their names are kept to find duplicates.
     */
    static final int MAX_MEMBERS = 10_000;

    /** Characters of the names of all these members. */
    static final int MAX_NAME_CHARACTERS = 1024 * 1024;

    /** Characters of a text that is read; a skipped one may be longer. */
    static final int MAX_TEXT = 256 * 1024;

    /** Characters of all texts that are kept. */
    static final int MAX_KEPT_TEXT = 1024 * 1024;

    private static final int RECENT = 64;

    /** Characters of a message, which may quote what a client sent. */
    private static final int MAX_REASON = 500;

    /** Without a table of canonical names, which would grow with the names that clients send. */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH)
                                    .maxStringLength(MAX_TEXT)
                                    .build())
                    .build();

    private final JsonParser json;
    private final int[] members = new int[MAX_DEPTH + 1];
    private final int[] nameCharacters = new int[MAX_DEPTH + 1];
    private final String[] recent = new String[RECENT];
    private int depth;
    private int openMembers;
    private int openNameCharacters;
    private int keptText;

    /**
     * @param in not closed here
     */
    ManifestTokens(InputStream in) {
        this.json =
                JSON.createParser(
                        ObjectReadContext.empty(),
                        new InputStreamReader(
                                in,
                                StandardCharsets.UTF_8
                                        .newDecoder()
                                        .onMalformedInput(CodingErrorAction.REPORT)
                                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    /**
     * Moves to the next token.
     *
     * @return {@code null} at the end
     * @throws RegistryException MANIFEST_INVALID
     * @throws UncheckedIOException when the stream fails
     */
    @Nullable JsonToken next() {
        JsonToken token;
        try {
            token = json.nextToken();
        } catch (JacksonException e) {
            throw failure(e);
        }
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            depth++;
        } else if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
            openMembers -= members[depth];
            openNameCharacters -= nameCharacters[depth];
            members[depth] = 0;
            nameCharacters[depth] = 0;
            depth--;
        } else if (token == JsonToken.PROPERTY_NAME) {
            int length = json.currentName().length();
            members[depth]++;
            nameCharacters[depth] += length;
            require(
                    ++openMembers <= MAX_MEMBERS,
                    "an object and those around it may have at most " + MAX_MEMBERS + " members");
            openNameCharacters += length;
            require(
                    openNameCharacters <= MAX_NAME_CHARACTERS,
                    "the names of an object's members may have at most "
                            + MAX_NAME_CHARACTERS
                            + " characters");
        }
        return token;
    }

    /** The token that {@link #next} moved to; {@code null} at the end. */
    @Nullable JsonToken current() {
        return json.currentToken();
    }

    /** The name of the member that {@link #next} moved to; then moves to its value. */
    String member() {
        String name = json.currentName();
        next();
        return name;
    }

    /** Moves to the end of the current value. */
    void skip() {
        int open = 0;
        JsonToken token = json.currentToken();
        while (true) {
            if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                open++;
            } else if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                open--;
            }
            if (open == 0 || token == null) {
                return;
            }
            token = next();
        }
    }

    /**
     * The current text, for a caller that keeps it; {@code null} for a JSON null.
     *
     * @param name of the member, for the message
     * @param max characters of the text
     * @throws RegistryException MANIFEST_INVALID when the value is no text or too long
     */
    @Nullable String text(String name, int max) {
        if (!isText(name)) {
            return null;
        }
        String text = read();
        require(text.length() <= max, name + " may have at most " + max + " characters");
        return kept(text);
    }

    /** The current text, for a caller that does not keep it. */
    String read() {
        try {
            return json.getString();
        } catch (JacksonException e) {
            throw failure(e);
        }
    }

    /**
     * Whether the current value is a text ({@code true}) or null ({@code false}).
     *
     * @throws RegistryException MANIFEST_INVALID when the value is neither
     */
    boolean isText(String name) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return false;
        }
        require(json.currentToken() == JsonToken.VALUE_STRING, name + " must be a string");
        return true;
    }

    /** Counts a text that is kept. Equal texts that follow each other share one String. */
    String kept(String text) {
        int slot = text.hashCode() & (RECENT - 1);
        if (text.equals(recent[slot])) {
            return recent[slot];
        }
        recent[slot] = text;
        keptText += text.length();
        require(
                keptText <= MAX_KEPT_TEXT,
                "types, addresses, platforms and annotations may have at most "
                        + MAX_KEPT_TEXT
                        + " characters in all");
        return text;
    }

    long wholeNumber(String name) {
        require(
                json.currentToken() == JsonToken.VALUE_NUMBER_INT,
                name + " must be a whole number");
        try {
            return json.getLongValue();
        } catch (JacksonException e) {
            throw failure(e);
        }
    }

    /** Decodes the current text from base64, without holding the whole result. */
    void decode(String name, OutputStream into) {
        try {
            json.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, into);
        } catch (JacksonIOException e) {
            throw failure(e);
        } catch (JacksonException e) {
            throw invalid(name + " is not base64");
        }
    }

    @Override
    public void close() {
        json.close();
    }

    private static RuntimeException failure(JacksonException e) {
        if (e instanceof JacksonIOException && e.getCause() instanceof IOException cause) {
            return cause instanceof CharacterCodingException
                    ? invalid("not UTF-8")
                    : new UncheckedIOException(cause);
        }
        return invalid("not acceptable JSON: " + e.getOriginalMessage());
    }

    static void require(boolean condition, String rule) {
        if (!condition) {
            throw invalid(rule);
        }
    }

    /**
     * Refuses a name that differs from a known one only in case. Clients in Go match names without
     * regard to case, so {@code Layers} would be layers to them and an unknown member here.
     *
     * @throws RegistryException MANIFEST_INVALID when the name is such a variant
     */
    void requireNoVariantOf(List<String> known, String name) {
        for (String one : known) {
            if (one.equalsIgnoreCase(name) && !one.equals(name)) {
                throw invalid("the member " + name + " must be spelled " + one);
            }
        }
    }

    static RegistryException invalid(String why) {
        return new RegistryException(
                ErrorCode.MANIFEST_INVALID,
                ErrorCode.MANIFEST_INVALID.message(),
                why.length() <= MAX_REASON ? why : why.substring(0, MAX_REASON) + "…");
    }
}
