package io.berth.registry;

import java.io.InputStream;
import java.util.OptionalLong;

/**
 * Bytes on their way in.
 *
 * @param body read to its end; closing it is the caller's business
 * @param offset where in the upload the chunk says it belongs; empty: at the end, wherever that is
 * @param length how many bytes the chunk says it has; empty: as many as come
 */
public record UploadChunk(InputStream body, OptionalLong offset, OptionalLong length) {

    /** Bytes to append wherever the upload ends, as many as come. */
    public static UploadChunk of(InputStream body) {
        return new UploadChunk(body, OptionalLong.empty(), OptionalLong.empty());
    }

    /** No bytes at all. */
    public static UploadChunk empty() {
        return of(InputStream.nullInputStream());
    }
}
