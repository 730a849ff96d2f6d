package io.berth.object.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.Eventually;
import io.berth.object.ListRequest;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectWriter;
import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.setting.MultipartSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that does not answer while it receives parts, on all connections that there are. */
class StalledTransfersTest {

    private static final int CONNECTIONS = 4;

    /** Enough to use all connections and to have more writers wait. */
    private static final int WRITERS = 3 * CONNECTIONS;

    /** Less than the timeout for a connection. */
    private static final Duration SOON = Duration.ofSeconds(8);

    @TempDir static Path spool;

    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger stalled = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private HttpServer server;
    private ExecutorService threads;
    private S3Store store;

    @BeforeEach
    void start() throws IOException {
        threads = Executors.newVirtualThreadPerTaskExecutor();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        S3Options options =
                new TestOptions(
                                "bucket",
                                "us-east-1",
                                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                                spool)
                        .signedWith("ak", "sk")
                        .maxConnections(CONNECTIONS)
                        .build();
        store = S3Store.open(options, S3Fixture.ALL, wire -> wire);
    }

    @AfterEach
    void stop() {
        released.countDown();
        store.close();
        server.stop(0);
        threads.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        String method = exchange.getRequestMethod();
        boolean part = method.equals("PUT") && query != null && query.contains("partNumber");
        exchange.getRequestBody().readAllBytes();
        if (part) {
            most.accumulateAndGet(stalled.incrementAndGet(), Math::max);
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                stalled.decrementAndGet();
            }
        }
        byte[] body = body(method, query).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("ETag", "\"e\"");
        exchange.getResponseHeaders().set("Last-Modified", "Fri, 27 Nov 2026 00:00:00 GMT");
        exchange.getResponseHeaders().set("x-amz-request-id", "1");
        if (method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "1");
        }
        exchange.sendResponseHeaders(
                200, method.equals("HEAD") || body.length == 0 ? -1 : body.length);
        if (!method.equals("HEAD")) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private static String body(String method, String query) {
        if (method.equals("POST")) {
            return query.contains("uploads")
                    ? "<InitiateMultipartUploadResult><UploadId>1</UploadId>"
                            + "</InitiateMultipartUploadResult>"
                    : "<CompleteMultipartUploadResult><ETag>e</ETag>"
                            + "</CompleteMultipartUploadResult>";
        }
        if (!method.equals("GET")) {
            return "";
        }
        return query != null && query.contains("list-type")
                ? "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
                : "x";
    }

    private void write(int number) {
        byte[] content = new byte[(int) MultipartSettings.MIN_PART + 1];
        try (ObjectWriter writer = store.write(ObjectKey.of("blob/" + number))) {
            writer.write(content, 0, content.length);
            writer.publish(Durability.DURABLE, null);
        }
    }

    @Test
    @Timeout(120)
    void readsAndSmallWritesGoOn() throws Exception {
        List<Future<?>> writes = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int number = i;
            writes.add(threads.submit(() -> write(number)));
        }
        Eventually.await("all connections are taken", () -> stalled.get() >= CONNECTIONS);

        ObjectKey key = ObjectKey.of("a");
        long begin = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            assertThat(store.head(key).size()).isEqualTo(1);
            assertThat(store.read(key, 10)).hasSize(1);
            store.list(new ListRequest("", null, false, 10));
            store.put(key, new byte[0], Condition.always(), Durability.DURABLE);
        }
        assertThat(System.nanoTime() - begin).isLessThan(SOON.toNanos());
        // Longer than the timeout for a connection: writers that wait for a permit do not fail.
        Thread.sleep(Duration.ofSeconds(12));
        assertThat(writes).noneMatch(Future::isDone);

        released.countDown();
        for (Future<?> one : writes) {
            one.get(60, TimeUnit.SECONDS);
        }
        assertThat(most.get()).isEqualTo(CONNECTIONS);
    }
}
