package io.berth.object.s3.multipart;

import io.berth.object.s3.bucket.Bucket;
import java.io.InputStream;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * A range of {@link SpooledBytes}.
 *
 * @param from offset of the first byte
 * @param to offset after the last byte
 */
public record SpooledRange(SpooledBytes bytes, long from, long to) {

    /** In bytes. */
    public long length() {
        return to - from;
    }

    /** A new stream of these bytes. */
    public InputStream stream() {
        return bytes.stream(from, to);
    }

    /** The body of a request, which the SDK can read again for each attempt. */
    RequestBody body() {
        return RequestBody.fromContentProvider(this::stream, length(), Bucket.CONTENT_TYPE);
    }
}
