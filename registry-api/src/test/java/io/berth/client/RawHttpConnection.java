package io.berth.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server of this machine, which sends exactly the bytes that a test says, right
 * or wrong, and reads one answer after another. It waits for a byte for 20 seconds at most. For one
 * thread.
 */
public final class RawHttpConnection implements AutoCloseable {

    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    public RawHttpConnection(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /**
     * @param socket connected, perhaps with TLS; closed with this
     */
    public RawHttpConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        // Head and body go out one after the other, and would wait for each other.
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * An answer.
     *
     * @param headers by their names in lower case
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Response(int status, Map<String, String> headers, byte[] body) {

        /**
         * @return {@code null}: it is not there
         */
        public @Nullable String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    public RawHttpConnection send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawHttpConnection send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /**
     * A whole request with a body of known length.
     *
     * @param headers whole lines, each with its end
     */
    public RawHttpConnection request(String method, String target, String headers, byte[] body)
            throws IOException {
        send(head(method, target, headers + "Content-Length: " + body.length + "\r\n"));
        return send(body);
    }

    /**
     * Begins an upload to the repository {@code a} and sends nothing of its body of 1,000 bytes, so
     * that the server serves a request for this connection until the connection ends.
     *
     * @throws IllegalStateException when the server does not wait for the body
     */
    public RawHttpConnection holdUpload() throws IOException {
        Response begun = request("POST", "/v2/a/blobs/uploads/", "", new byte[0]).read();
        String upload = Objects.requireNonNull(begun.header("Location"));
        send(head("PATCH", upload, "Expect: 100-continue\r\nContent-Length: 1000\r\n"));
        Response response = read();
        if (response.status() != 100) {
            throw new IllegalStateException("the upload is answered " + response.status());
        }
        return this;
    }

    public RawHttpConnection get(String target) throws IOException {
        return send(head("GET", target, ""));
    }

    /**
     * The head of a request.
     *
     * @param headers whole lines, each with its end
     */
    public static String head(String method, String target, String headers) {
        return method + " " + target + " HTTP/1.1\r\nHost: registry.test\r\n" + headers + "\r\n";
    }

    /**
     * The next answer, whole.
     *
     * @throws EOFException when the connection ends before the answer does
     */
    public Response read() throws IOException {
        Response head = head();
        int length = Integer.parseInt(head.headers().getOrDefault("content-length", "0"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException(body.length + " of " + length + " bytes");
        }
        return new Response(head.status(), head.headers(), body);
    }

    /** The next answer as far as its headers: all of it when HEAD was asked. */
    public Response head() throws IOException {
        String[] status = line().split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (one, other) -> one + ", " + other);
        }
        return new Response(Integer.parseInt(status[1]), headers, new byte[0]);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Sends nothing more, while answers can still be read. */
    public RawHttpConnection shutdownOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** All bytes until the server ends the connection, a character each. */
    public String readToEnd() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Whether the server ends the connection without another byte. */
    public boolean isEnded() throws IOException {
        return in.read() < 0;
    }

    /** Whether nothing has come yet. */
    public boolean isSilent() throws IOException {
        return in.available() == 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
