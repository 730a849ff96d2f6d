package io.berth.cli.training;

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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server of this machine, for one request after another. It implements only as
 * much of HTTP as the training needs: the client of the JDK would load a tenth as many classes as
 * the registry has. A read fails after 20 seconds without a byte. For one thread.
 */
final class TrainingConnection implements AutoCloseable {

    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    TrainingConnection(int port) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        // Head and body are sent in two writes: Nagle's algorithm would delay the second.
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * A response without its body.
     *
     * @param headers by their names in lower case
     */
    record Response(int status, Map<String, String> headers) {

        @Nullable String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }
    }

    /**
     * Sends a request with a body of known length.
     *
     * @param headers whole lines, each with its end
     */
    void request(String method, String target, String headers, byte[] body) throws IOException {
        send(head(method, target, headers + "Content-Length: " + body.length + "\r\n"));
        socket.getOutputStream().write(body);
    }

    /** Sends a request with a chunked body, in chunks of {@code chunk} bytes. */
    void requestInChunks(String method, String target, byte[] body, int chunk) throws IOException {
        send(head(method, target, "Transfer-Encoding: chunked\r\n"));
        for (int start = 0; start < body.length; start += chunk) {
            int length = Math.min(chunk, body.length - start);
            send(Integer.toHexString(length) + "\r\n");
            socket.getOutputStream().write(body, start, length);
            send("\r\n");
        }
        send("0\r\n\r\n");
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String head(String method, String target, String headers) {
        return method + " " + target + " HTTP/1.1\r\nHost: registry.test\r\n" + headers + "\r\n";
    }

    /**
     * Reads the next response, and drops its body.
     *
     * @throws EOFException when the connection ends before the response does
     */
    Response read() throws IOException {
        Response answer = head();
        int length = Integer.parseInt(answer.headers().getOrDefault("content-length", "0"));
        int read = in.readNBytes(length).length;
        if (read < length) {
            throw new EOFException(read + " of " + length + " bytes");
        }
        return answer;
    }

    /** Reads the next response up to the end of its headers, which is all of a response to HEAD. */
    Response head() throws IOException {
        String[] status = line().split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (one, other) -> one + ", " + other);
        }
        return new Response(Integer.parseInt(status[1]), headers);
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

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
