package io.berth.document;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A secret that all replicas share: the content of a document, which the first one that needs it
 * makes of random bytes. Each call asks the store. Safe for use by many threads.
 */
public record SharedSecret(SharedDocuments documents, DocumentName name)
        implements Supplier<byte[]> {

    private static final int BYTES = 32;

    /**
     * @throws io.berth.error.RegistryException UNAVAILABLE when the store does not answer
     */
    @Override
    public byte[] get() {
        Optional<Document> known = documents.read(name);
        if (known.isEmpty()) {
            byte[] made = new byte[BYTES];
            new SecureRandom().nextBytes(made);
            documents.create(name, made);
            known = documents.read(name); // another replica may have been first
        }
        return known.orElseThrow().content();
    }
}
