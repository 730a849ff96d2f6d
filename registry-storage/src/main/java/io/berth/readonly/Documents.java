package io.berth.readonly;

import io.berth.document.Document;
import io.berth.document.DocumentName;
import io.berth.document.SharedDocuments;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Documents as JSON, of which later versions may know more members. */
final class Documents {

    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /** How often a write is tried that another one precedes. */
    private static final int ATTEMPTS = 5;

    private Documents() {}

    static byte[] json(Object value) {
        return JSON.writeValueAsBytes(value);
    }

    /**
     * @throws RegistryException UNAVAILABLE when the document is damaged: what it said is not known
     */
    static <T> T parsed(Document document, Class<T> type) {
        try {
            return JSON.readValue(document.content(), type);
        } catch (JacksonException e) {
            throw new RegistryException(
                    List.of(
                            RegistryError.of(
                                    ErrorCode.UNAVAILABLE, "a document is damaged: " + type)),
                    e);
        }
    }

    /**
     * Writes a document, whatever it is now.
     *
     * @throws RegistryException UNAVAILABLE when it is not known whether it was written
     */
    static void put(SharedDocuments documents, DocumentName name, byte[] content) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Document> before = documents.read(name);
            if (before.isPresent() && Arrays.equals(before.get().content(), content)) {
                return;
            }
            if (before.isPresent()
                    ? documents.replace(name, content, before.get())
                    : documents.create(name, content)) {
                return;
            }
        }
        throw new RegistryException(
                ErrorCode.UNAVAILABLE, "others write the same document: " + name);
    }
}
