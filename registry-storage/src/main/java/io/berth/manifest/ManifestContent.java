package io.berth.manifest;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;

/**
 * The exact bytes of a manifest, in memory or in the store. Holds no open resource. Safe for use by
 * many threads.
 */
public interface ManifestContent {

    /** Bytes. */
    long size();

    /**
     * Opens the content. The stream gives exactly {@link #size()} bytes or throws; the caller
     * closes it. Closing early is cheap.
     *
     * @throws io.berth.error.RegistryException MANIFEST_UNKNOWN when it was deleted meanwhile
     */
    InputStream open();

    /** The bytes, if they are in memory; the caller must not change them. */
    default Optional<byte[]> inMemory() {
        return Optional.empty();
    }

    /** Bytes in memory, which do not change any more. */
    @SuppressWarnings("ArrayRecordComponent") // carries the bytes, never compared
    record InMemory(byte[] bytes) implements ManifestContent {

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public Optional<byte[]> inMemory() {
            return Optional.of(bytes);
        }
    }
}
