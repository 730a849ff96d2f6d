package io.berth.object.memory;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;

/** A buffer of bytes that are not published yet. */
final class GrowingBytes extends ByteArrayOutputStream {

    void truncate(int size) {
        if (size < 0 || size > count) {
            throw new IllegalArgumentException("truncate " + count + " bytes to " + size);
        }
        count = size;
    }

    InputStream stream() {
        return new ByteArrayInputStream(buf, 0, count);
    }
}
