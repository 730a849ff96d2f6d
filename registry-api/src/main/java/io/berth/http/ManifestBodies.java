package io.berth.http;

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
 * Reads the bodies of manifests, which unlike blobs are held in memory, within bounds for each and
 * for all together.
 *
 * <p>There are two rooms. While a body arrives, which its client decides, what has come is in the
 * one ({@link BodyRoom}). When all is there it moves to the other, with what it takes to understand
 * it, until it is stored: nothing in there waits for a client.
 */
final class ManifestBodies {

    /** Bytes (distribution-spec, "Pushing Manifests": a registry takes 4 MB at the least). */
    static final int MAX_SIZE = 4 * 1024 * 1024;

    /** Bytes that a body holds without asking: most manifests are smaller. */
    static final int FREE = 8 * 1024;

    /** Bytes of memory in each of both rooms at least, so that the largest has a place. */
    private static final long LEAST_ROOM = MAX_SIZE + ManifestParser.MAX_MEMORY;

    private final BodyRoom arriving;
    private final Semaphore working;
    private final int patience;

    /**
     * @param memory bytes for all bodies; at least 20 MiB are taken
     * @param patience seconds that a manifest waits for room, in each of both rooms
     */
    ManifestBodies(long memory, int patience) {
        long room = Math.clamp(memory / 2, LEAST_ROOM, Integer.MAX_VALUE);
        this.arriving =
                new BodyRoom(
                        "manifests", room, TimeUnit.SECONDS.toNanos(patience), System::nanoTime);
        this.working = new Semaphore((int) room, true);
        this.patience = patience;
    }

    /** A whole body, and the memory that it takes until this is closed. */
    final class Body implements AutoCloseable {

        private final byte[] content;
        private int memory;

        private Body(byte[] content, int memory) {
            this.content = content;
            this.memory = memory;
        }

        byte[] content() {
            return content;
        }

        /** What was read of it takes less than it could have. A store may copy its bytes, once. */
        void isRead(Manifest manifest) {
            int left = (int) Math.min(memory, manifest.memory() + content.length);
            working.release(memory - left);
            memory = left;
        }

        @Override
        public void close() {
            working.release(memory);
            memory = 0;
        }
    }

    /**
     * @return to be closed when neither the content nor what was made of it is needed any longer
     * @throws RegistryException MANIFEST_TOO_LARGE, before anything is read if the request declares
     *     its length; UNAVAILABLE when too many manifests are under way
     * @throws IOException when the client's connection fails
     */
    Body read(HttpServletRequest request) throws IOException {
        long declared = request.getContentLengthLong();
        if (declared > MAX_SIZE) {
            throw new RegistryException(ErrorCode.MANIFEST_TOO_LARGE);
        }
        InputStream in = request.getInputStream();
        byte[] buffer = new byte[declared < 0 ? FREE : (int) Math.min(FREE, declared + 1)];
        int count = in.readNBytes(buffer, 0, buffer.length);
        if (count < buffer.length) {
            int memory = reserve(count);
            return new Body(Arrays.copyOf(buffer, count), memory);
        }
        try (BodyRoom.Body body = arriving.enter()) {
            int size = readOn(in, buffer, body);
            body.complete();
            int memory = reserve(size);
            try {
                return new Body(body.content(), memory);
            } catch (Throwable e) {
                working.release(memory);
                throw e;
            }
        }
    }

    /**
     * @param buffer full of what has come; all that a client that stalls holds besides
     * @return bytes in all
     */
    private static int readOn(InputStream in, byte[] buffer, BodyRoom.Body body)
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
     * @return bytes of memory
     */
    private int reserve(int size) {
        int memory = size + ManifestParser.memoryToRead(size);
        try {
            if (working.tryAcquire(memory, patience, TimeUnit.SECONDS)) {
                return memory;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw BodyRoom.unavailable("too many manifests are being stored");
    }
}
