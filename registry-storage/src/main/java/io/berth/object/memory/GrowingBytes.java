package io.berth.object.memory;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;

/** Bytes on their way in; gone with the object once they are taken. */
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
