package io.berth.document;

/**
 * The content of a document, as it was read.
 *
 * @param content at most {@link SharedDocuments#MAX_BYTES} bytes; not copied, and must not be
 *     changed
 * @param version tells whether the document was written since; means nothing outside of the
 *     documents it was read from
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of an answer, never compared
public record Document(byte[] content, String version) {}
