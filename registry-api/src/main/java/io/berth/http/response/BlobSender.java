package io.berth.http.response;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.name.ByteRange;
import io.berth.registry.Blob;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the bytes of blobs in the cheapest way. Large ranges of local files are left to the server,
 * which has the kernel send them (sendfile); everything else is copied through pooled buffers. Safe
 * for several threads.
 */
public final class BlobSender {

    private static final Logger log = LoggerFactory.getLogger(BlobSender.class);

    /** Bytes from which on sendfile costs less than copying. */
    private static final int MIN_SENDFILE = 64 * 1024;

    private static final int BUFFER = 32 * 1024;
    private static final int IDLE_BUFFERS = 32;

    private static final String SENDFILE = "org.apache.tomcat.sendfile.";

    private final BlockingQueue<byte[]> idle = new ArrayBlockingQueue<>(IDLE_BUFFERS);

    /**
     * Sends one range as the whole content of a response.
     *
     * @throws RegistryException when the content cannot be read, even after part of it was sent
     * @throws IOException when the client's connection fails
     */
    public void send(
            Blob blob, ByteRange range, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setContentLengthLong(range.length());
        Path file = range.length() < MIN_SENDFILE ? null : blob.file().orElse(null);
        if (file != null && canSendFile(request)) {
            request.setAttribute(SENDFILE + "filename", file.toAbsolutePath().toString());
            request.setAttribute(SENDFILE + "start", range.first());
            request.setAttribute(SENDFILE + "end", range.last() + 1);
        } else if (range.length() > 0) {
            copy(blob, range, response.getOutputStream());
        }
    }

    /**
     * Not over HTTP/2, where Tomcat fails on large files, nor over TLS, where nothing is gained.
     */
    private static boolean canSendFile(HttpServletRequest request) {
        return Boolean.TRUE.equals(request.getAttribute(SENDFILE + "support"))
                && request.getProtocol().startsWith("HTTP/1.")
                && !request.isSecure();
    }

    /** As {@link #send}, for a part of the content. */
    public void copy(Blob blob, ByteRange range, OutputStream out) throws IOException {
        copy(blob.open(range), range.length(), out);
    }

    /**
     * Copies content.
     *
     * @param content closed when this returns or throws
     * @param length bytes of the content
     * @throws RegistryException when the content cannot be read, even after part of it was sent
     * @throws IOException when the client's connection fails
     */
    public void copy(InputStream content, long length, OutputStream out) throws IOException {
        byte[] buffer = idle.poll();
        if (buffer == null) {
            buffer = new byte[BUFFER];
        }
        try (Source source = new Source(content)) {
            long left = length;
            while (left > 0) {
                int count = source.read(buffer, (int) Math.min(left, buffer.length));
                out.write(buffer, 0, count);
                left -= count;
            }
        } finally {
            var _ = idle.offer(buffer); // the pool may be full
        }
    }

    /** Translates failures of the storage; an IOException is then always the client's. */
    private record Source(InputStream in) implements AutoCloseable {

        /** One byte or more. */
        int read(byte[] buffer, int max) {
            try {
                int count = in.read(buffer, 0, max);
                if (count > 0) {
                    return count;
                }
                throw new EOFException("the content ended early");
            } catch (IOException e) {
                throw unreadable(e);
            }
        }

        /** Ignores failures: all that is needed has been read. */
        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException e) {
                log.debug("a blob's content could not be closed", e);
            }
        }

        private static RegistryException unreadable(IOException cause) {
            return new RegistryException(List.of(RegistryError.of(ErrorCode.UNAVAILABLE)), cause);
        }
    }
}
