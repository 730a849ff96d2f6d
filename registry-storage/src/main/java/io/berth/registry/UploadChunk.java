package io.berth.registry;

import java.io.InputStream;
import java.util.OptionalLong;

/**
 * A chunk of an upload.
 *
 * @param body read to its end; the caller closes it
 * @param offset declared offset of the chunk in the upload, in bytes; empty: the chunk is appended
 * @param length declared number of bytes; empty: the body decides
 */
public record UploadChunk(InputStream body, OptionalLong offset, OptionalLong length) {

    /** A chunk without a declared offset or length. */
    public static UploadChunk of(InputStream body) {
        return new UploadChunk(body, OptionalLong.empty(), OptionalLong.empty());
    }

    /** A chunk without bytes. */
    public static UploadChunk empty() {
        return of(InputStream.nullInputStream());
    }
}
