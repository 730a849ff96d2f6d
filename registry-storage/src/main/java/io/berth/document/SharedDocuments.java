package io.berth.document;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Small documents that all replicas share. A read sees every write that has returned, on every
 * replica. Each method asks the store at once, so that what reads often keeps what it has read for
 * some seconds. Writes are durable when they return. Safe for use by many threads.
 *
 * <p>Where the store has no conditional writes, a check and the write after it are two requests:
 * two replicas that change the same document in the same moment may both be told that they did.
 *
 * <p>Every method throws {@link io.berth.error.RegistryException} UNAVAILABLE when the store does
 * not answer. A write may then have happened or not: read the document before you repeat it.
 */
public interface SharedDocuments {

    /** The size of a document at most. */
    int MAX_BYTES = 256 * 1024;

    /** The document; empty when there is none. */
    Optional<Document> read(DocumentName name);

    /**
     * Writes a document that does not exist.
     *
     * @param content at most {@link #MAX_BYTES}; must not change before this returns
     * @return whether it was written; {@code false}: the document exists
     * @throws IllegalArgumentException when the content is too long
     */
    boolean create(DocumentName name, byte[] content);

    /**
     * Writes a document that nobody has written since it was read.
     *
     * @param content at most {@link #MAX_BYTES}; must not change before this returns
     * @return whether it was written; {@code false}: it was written or removed since
     * @throws IllegalArgumentException when the content is too long
     */
    boolean replace(DocumentName name, byte[] content, Document read);

    /**
     * Removes a document that nobody has written since it was read.
     *
     * @return whether the document is gone; {@code false}: it was written since
     */
    boolean remove(DocumentName name, Document read);

    /**
     * The names of the documents of a folder, in order of their bytes.
     *
     * @param folder one component of a name
     * @param after only names whose last component sorts after this one; {@code null}: from the
     *     start
     * @param limit names at most, 1 or more
     */
    List<DocumentName> list(String folder, @Nullable String after, int limit);
}
