package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
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
 * <p>Almost every manifest is small and is read without further ado, so many at a time as the
 * server has threads. A larger one first takes all the room it may need, once: readers that held
 * some and waited for more could wait for each other.
 */
final class ManifestBodies {

    /** Bytes (distribution-spec, "Pushing Manifests": a registry takes 4 MB at the least). */
    static final int MAX_SIZE = 4 * 1024 * 1024;

    private static final int SMALL = 64 * 1024;
    private static final int ROOM = 8 * MAX_SIZE;

    private final Semaphore room = new Semaphore(ROOM, true);
    private final int patience;

    /**
     * @param patience seconds that a large manifest waits for its room
     */
    ManifestBodies(int patience) {
        this.patience = patience;
    }

    /** A body and the room it takes. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Body(byte[] content, Runnable release) implements AutoCloseable {

        @Override
        public void close() {
            release.run();
        }
    }

    /**
     * @return to be closed when the content is no longer needed
     * @throws RegistryException MANIFEST_TOO_LARGE, before anything is read if the request declares
     *     its length; UNAVAILABLE when too many large ones are under way
     * @throws IOException when the client's connection fails
     */
    Body read(HttpServletRequest request) throws IOException {
        long declared = request.getContentLengthLong();
        if (declared > MAX_SIZE) {
            throw new RegistryException(ErrorCode.MANIFEST_TOO_LARGE);
        }
        InputStream in = request.getInputStream();
        byte[] start = in.readNBytes(SMALL);
        if (start.length < SMALL) {
            return new Body(start, () -> {});
        }
        int reserved = declared < 0 ? MAX_SIZE : (int) declared;
        reserve(reserved);
        try {
            return new Body(readOn(start, in, declared), () -> room.release(reserved));
        } catch (IOException | RuntimeException | Error e) {
            room.release(reserved);
            throw e;
        }
    }

    private void reserve(int bytes) {
        try {
            if (room.tryAcquire(bytes, patience, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RegistryException(
                ErrorCode.UNAVAILABLE,
                ErrorCode.UNAVAILABLE.message(),
                "too many large manifests are being pushed");
    }

    private static byte[] readOn(byte[] start, InputStream in, long declared) throws IOException {
        int capacity = declared < 0 ? MAX_SIZE + 1 : (int) declared;
        byte[] content = Arrays.copyOf(start, capacity);
        int size = start.length + in.readNBytes(content, start.length, capacity - start.length);
        if (size > MAX_SIZE) {
            throw new RegistryException(ErrorCode.MANIFEST_TOO_LARGE);
        }
        return size == capacity ? content : Arrays.copyOf(content, size);
    }
}
