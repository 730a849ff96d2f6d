package io.berth.http.body;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.manifest.ManifestParser;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads the bodies of manifests into memory, which is bounded for each and for all together. Safe
 * for several threads.
 *
 * <p>The memory has two halves. The first holds bodies that are being received, which may take a
 * client long ({@link BodyMemory}). The second holds complete bodies, with what parsing them takes,
 * until they are stored: no body that holds it waits for a client.
 */
public final class ManifestBodyReader {

    /** Bytes of the largest manifest (distribution-spec, "Pushing Manifests": at least 4 MB). */
    public static final int MAX_SIZE = 4 * 1024 * 1024;

    /** Bytes that a body may take without a reservation: most manifests are smaller. */
    static final int UNRESERVED = 8 * 1024;

    /** Bytes of each half at least, so that the largest manifest fits. */
    private static final long MIN_HALF = MAX_SIZE + ManifestParser.MAX_MEMORY;

    private final BodyMemory receiving;
    private final Semaphore processing;
    private final int timeout;

    /**
     * A reader with memory of its own.
     *
     * @param memory bytes for all bodies; at least 20 MiB are used
     * @param timeout seconds that a manifest waits for memory of each half
     */
    public ManifestBodyReader(long memory, int timeout) {
        long half = Math.clamp(memory / 2, MIN_HALF, Integer.MAX_VALUE);
        this.receiving =
                new BodyMemory(
                        "manifests", half, TimeUnit.SECONDS.toNanos(timeout), System::nanoTime);
        this.processing = new Semaphore((int) half, true);
        this.timeout = timeout;
    }

    /** A complete body, and its memory until this is closed. For one thread. */
    public final class Body implements AutoCloseable {

        private final byte[] content;
        private int memory;

        private Body(byte[] content, int memory) {
            this.content = content;
            this.memory = memory;
        }

        /** The bytes, which must not be changed. */
        public byte[] content() {
            return content;
        }

        /**
         * Releases the memory that neither the parsed manifest nor the store's copy of its bytes
         * takes.
         */
        public void parsed(Manifest manifest) {
            int left = (int) Math.min(memory, manifest.memory() + content.length);
            processing.release(memory - left);
            memory = left;
        }

        @Override
        public void close() {
            processing.release(memory);
            memory = 0;
        }
    }

    /**
     * Reads a body.
     *
     * @return to be closed when neither the content nor the parsed manifest is needed any more
     * @throws RegistryException MANIFEST_TOO_LARGE, before anything is read if the request declares
     *     its length; UNAVAILABLE when there was no memory until the timeout, or the client was too
     *     slow
     * @throws IOException when the client's connection fails
     */
    public Body read(HttpServletRequest request) throws IOException {
        long declared = request.getContentLengthLong();
        if (declared > MAX_SIZE) {
            throw new RegistryException(ErrorCode.MANIFEST_TOO_LARGE);
        }
        InputStream in = request.getInputStream();
        byte[] buffer =
                new byte[declared < 0 ? UNRESERVED : (int) Math.min(UNRESERVED, declared + 1)];
        int count = in.readNBytes(buffer, 0, buffer.length);
        if (count < buffer.length) {
            int memory = reserve(count);
            return new Body(Arrays.copyOf(buffer, count), memory);
        }
        try (BodyMemory.Body body = receiving.newBody()) {
            int size = readRest(in, buffer, body);
            body.complete();
            int memory = reserve(size);
            try {
                return new Body(body.content(), memory);
            } catch (Throwable e) {
                processing.release(memory);
                throw e;
            }
        }
    }

    /**
     * Reads the rest of a body.
     *
     * @param buffer full of its first bytes; used for reading on
     * @return bytes of the whole body
     */
    private static int readRest(InputStream in, byte[] buffer, BodyMemory.Body body)
            throws IOException {
        int size = 0;
        int count = buffer.length;
        while (count > 0) {
            size += count;
            if (size > MAX_SIZE) {
                throw new RegistryException(ErrorCode.MANIFEST_TOO_LARGE);
            }
            body.add(Arrays.copyOf(buffer, count));
            count = in.readNBytes(buffer, 0, Math.min(buffer.length, MAX_SIZE + 1 - size));
        }
        return size;
    }

    /**
     * Reserves memory for a body of a size, and for parsing it.
     *
     * @return bytes of memory
     */
    private int reserve(int size) {
        int memory = size + ManifestParser.memoryToRead(size);
        try {
            if (processing.tryAcquire(memory, timeout, TimeUnit.SECONDS)) {
                return memory;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw BodyMemory.unavailable("too many manifests are being stored");
    }
}
