package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many connections share few buffers. Whatever pieces their requests come in, whether the next
 * follows at once, and however connections end, each answer belongs to its request, byte for byte.
 */
class ConnectionSoakTest {

    private static final Duration RUNS = Duration.ofSeconds(6);
    private static final int WRITERS = 32;
    private static final int CLIENTS = 60;

    /** More than writers, of whom none is refused, and fewer than clients, of whom some wait. */
    private static final Map<String, String> FEW =
            Map.of(
                    "http.maxthreads", "4",
                    "http.limits.requests", "46",
                    "http.limits.requestsperclient", "1000");

    /** Below and above what is sent by the kernel, and what the buffers of a socket hold. */
    private static final int[] SIZES = {0, 1, 700, 4_096, 20_000, 70_000, 300_000, 3_000_000};

    @TempDir Path folder;

    private final long seed = Long.getLong("berth.test.seed", new Random().nextLong());
    private final AtomicInteger answers = new AtomicInteger();

    /** A request, and what its answer must hold. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Exchange(byte[] request, int status, String mark, Predicate<Response> holds) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Blob(String path, byte[] content) {}

    @Test
    void eachClientGetsItsOwnAnswers() throws Exception {
        try (TestServer server = TestServer.on(folder, FEW);
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Blob> blobs = push(server.port());
            long end = System.nanoTime() + RUNS.toNanos();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(seed + i);
                boolean writes = i < WRITERS;
                Callable<?> client =
                        () -> {
                            while (System.nanoTime() < end) {
                                connection(server.port(), blobs, writes, random);
                            }
                            return null;
                        };
                running.add(clients.submit(client));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
        assertThat(answers.get()).isGreaterThan(200);
    }

    private static List<Blob> push(int port) throws IOException {
        List<Blob> blobs = new ArrayList<>();
        try (RawHttpConnection http = new RawHttpConnection(port)) {
            for (int size : SIZES) {
                byte[] content = new byte[size];
                new Random(size).nextBytes(content);
                Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
                String target = "/v2/a/blobs/uploads/?digest=" + digest;
                assertThat(http.request("POST", target, "", content).read().status())
                        .isEqualTo(201);
                blobs.add(new Blob("/v2/a/blobs/" + digest, content));
            }
        }
        return blobs;
    }

    private void connection(int port, List<Blob> blobs, boolean writes, Random random)
            throws IOException {
        List<Exchange> exchanges = new ArrayList<>();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            exchanges.add(exchange(blobs, writes, random));
        }
        try (RawHttpConnection http = new RawHttpConnection(port)) {
            if (random.nextBoolean()) {
                send(http, exchanges, random);
                if (random.nextInt(8) == 0) {
                    return; // without reading what comes
                }
                if (!verifyUntilClosed(exchanges, http)) {
                    return;
                }
            } else {
                for (Exchange exchange : exchanges) {
                    send(http, List.of(exchange), random);
                    verify(exchange, http);
                }
            }
            if (random.nextInt(4) == 0) {
                Exchange last = exchange(blobs, writes, random);
                String head = new String(last.request(), StandardCharsets.ISO_8859_1);
                http.send(head.replaceFirst("\r\n", "\r\nConnection: close\r\n"));
                verify(last, http);
                assertThat(http.isEnded()).as("nothing follows").isTrue();
            }
        }
    }

    /**
     * Where too many have sent a half of their next request the connection is closed, which is no
     * wrong answer; a server that keeps silent is one.
     */
    private boolean verifyUntilClosed(List<Exchange> exchanges, RawHttpConnection http)
            throws IOException {
        try {
            for (Exchange exchange : exchanges) {
                verify(exchange, http);
            }
            return true;
        } catch (EOFException | SocketException e) {
            return false;
        }
    }

    private static Exchange exchange(List<Blob> blobs, boolean writes, Random random) {
        String mark = Long.toHexString(random.nextLong());
        String headers =
                "X-Request-Id: " + mark + "\r\nX: " + "y".repeat(random.nextInt(6_000)) + "\r\n";
        int kind = random.nextInt(8);
        if (kind == 0 && writes) {
            return inChunks(mark, headers, random);
        }
        if (kind < 3) {
            String name = "r" + mark;
            return new Exchange(
                    bytes(RawHttpConnection.head("GET", "/v2/" + name + "/tags/list", headers)),
                    404,
                    mark,
                    answer -> answer.text().contains(name));
        }
        Blob blob = blobs.get(random.nextInt(blobs.size()));
        return new Exchange(
                bytes(RawHttpConnection.head("GET", blob.path(), headers)),
                200,
                mark,
                answer -> Arrays.equals(answer.body(), blob.content()));
    }

    private static Exchange inChunks(String mark, String headers, Random random) {
        byte[] body = bytes(mark.repeat(1 + random.nextInt(2_000)));
        String digest = Digest.ofContent(HashAlgorithm.SHA256, body).toString();
        String request =
                RawHttpConnection.head(
                                "POST",
                                "/v2/a/blobs/uploads/?digest=" + digest,
                                headers + "Transfer-Encoding: chunked\r\n")
                        + Integer.toHexString(body.length)
                        + "\r\n"
                        + new String(body, StandardCharsets.ISO_8859_1)
                        + "\r\n0\r\nX-Trailer: x\r\n\r\n";
        return new Exchange(
                bytes(request),
                201,
                mark,
                answer -> digest.equals(answer.header("Docker-Content-Digest")));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** In pieces of any length, most often in one. */
    private static void send(RawHttpConnection http, List<Exchange> exchanges, Random random)
            throws IOException {
        int length = exchanges.stream().mapToInt(exchange -> exchange.request().length).sum();
        byte[] all = new byte[length];
        int end = 0;
        for (Exchange exchange : exchanges) {
            System.arraycopy(exchange.request(), 0, all, end, exchange.request().length);
            end += exchange.request().length;
        }
        int at = 0;
        while (at < length) {
            int piece = random.nextInt(3) == 0 ? 1 + random.nextInt(length) : length;
            int to = Math.min(length, at + piece);
            http.send(Arrays.copyOfRange(all, at, to));
            at = to;
        }
    }

    private void verify(Exchange exchange, RawHttpConnection http) throws IOException {
        Response response = http.read();
        String said = "seed " + seed + ": " + response.headers();
        assertThat(response.status()).as(said).isEqualTo(exchange.status());
        if (exchange.status() >= 400) {
            assertThat(response.header("X-Request-Id")).as(said).isEqualTo(exchange.mark());
        }
        assertThat(exchange.holds().test(response)).as(said).isTrue();
        answers.incrementAndGet();
    }
}
