package io.berth.app;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.HttpRegistry;
import io.berth.client.RawHttpConnection;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.registry.TestContent.ImageBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The least heap, and manifests made to fill it: nothing a client may send ends the process, and
 * others are served.
 */
@Timeout(120)
class ManifestsInLittleMemoryTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("little/memory");
    private static final String MANIFESTS = "/v2/little/memory/manifests/";

    /** Another registry's, of 4 MiB each; together they are larger than the heap. */
    private static final int STORED = 40;

    /** Fewer than the requests that the server works on at once, and that one client may make. */
    private static final int STALLED = 100;

    @TempDir static Path folder;
    @TempDir static Path logs;

    private static final List<Digest> stored = new ArrayList<>();
    private static ServerProcess server;
    private static HttpClient client;
    private static ImageBuilder largest;

    @BeforeAll
    static void start() throws Exception {
        for (int i = 0; i < STORED; i++) {
            stored.add(store(manyAnnotations("stored " + i)));
        }
        server =
                ServerProcess.start(
                        folder,
                        logs.resolve("log"),
                        Map.of("REGISTRY_HTTP_LIMITS_REQUESTSPERCLIENT", "1000"));
        client = HttpClient.newHttpClient();
        largest = image("largest");
        for (int i = 0; i < 390; i++) {
            largest.annotation("large-annotation-" + i, "A".repeat(10_000));
        }
        largest.pushBlobs(new HttpRegistry(server.address("/")), REPOSITORY);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** As another registry keeps it. */
    private static Digest store(byte[] content) throws IOException {
        Digest digest = sha256(content);
        Path root = folder.resolve("docker/registry/v2");
        String hex = digest.encoded();
        Path data = root.resolve("blobs/sha256/" + hex.substring(0, 2) + "/" + hex + "/data");
        Path link =
                root.resolve(
                        "repositories/little/memory/_manifests/revisions/sha256/" + hex + "/link");
        Files.createDirectories(data.getParent());
        Files.createDirectories(link.getParent());
        Files.write(data, content);
        Files.writeString(link, digest.toString());
        return digest;
    }

    private static byte[] manyAnnotations(String name) {
        return index("", list(380_000, "\"%x\":\"\""::formatted) + ",\"name\":\"" + name + "\"");
    }

    private static byte[] index(String children, String annotations) {
        return bytes(
                "{\"schemaVersion\":2,\"mediaType\":\""
                        + MediaType.OCI_INDEX
                        + "\",\"manifests\":["
                        + children
                        + "],\"annotations\":{"
                        + annotations
                        + "}}");
    }

    private static String list(int count, IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(","));
    }

    @AfterEach
    void theProcessLivesAndServes() throws Exception {
        assertThat(server.isAlive()).as(server::said).isTrue();
        assertThat(server.said()).doesNotContain("OutOfMemoryError");
        byte[] small = index("", "\"a\":\"b\"");
        assertThat(put("small", MediaType.OCI_INDEX, small)).isEqualTo(201);
        assertThat(get("small").body()).isEqualTo(small);
    }

    private static int put(String reference, MediaType type, byte[] content) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(server.address(MANIFESTS + reference))
                                .timeout(Duration.ofSeconds(60))
                                .header("Content-Type", type.toString())
                                .PUT(BodyPublishers.ofByteArray(content))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private static HttpResponse<byte[]> get(Object reference) throws Exception {
        return client.send(
                HttpRequest.newBuilder(server.address(MANIFESTS + reference))
                        .timeout(Duration.ofSeconds(60))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static <T> List<T> atOnce(int count, IntFunction<Callable<T>> action) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Future<T>> begun =
                    IntStream.range(0, count)
                            .mapToObj(i -> threads.submit(action.apply(i)))
                            .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> each : begun) {
                results.add(each.get());
            }
            return results;
        }
    }

    @Test
    void manyAnnotationsOneAfterTheOther() throws Exception {
        for (int i = 0; i < 6; i++) {
            assertThat(put("a", MediaType.OCI_INDEX, manyAnnotations("pushed " + i)))
                    .isEqualTo(400);
        }
    }

    @Test
    void manyChildrenAtOnce() throws Exception {
        byte[] tooMany =
                index(list(35_000, "{\"digest\":\"sha256:%064x\",\"size\":1}"::formatted), "");
        byte[] most =
                index(
                        list(
                                10_000,
                                i ->
                                        ("{\"mediaType\":\"a/%d\",\"artifactType\":\"b/%d\",\"digest\":\"sha512:%0128x\","
                                                        + "\"platform\":{\"os\":\"o%d\",\"architecture\":\"a%d\"}}")
                                                .formatted(i, i, i, i, i)),
                        list(9_000, i -> "\"a%d\":\"b%d\"".formatted(i, i)));
        assertThat(tooMany.length).isBetween(3_000_000, 4 * 1024 * 1024);
        assertThat(most.length).isBetween(2_500_000, 4 * 1024 * 1024);
        for (byte[] content : List.of(tooMany, most)) {
            assertThat(atOnce(16, _ -> () -> put("a", MediaType.OCI_INDEX, content)))
                    .contains(400)
                    .isSubsetOf(400, 503);
        }
    }

    @Test
    void theLargestImagesAtOnce() throws Exception {
        byte[] content = bytes(largest.json());
        List<Integer> answers =
                atOnce(16, i -> () -> put("largest" + i, MediaType.OCI_MANIFEST, content));
        assertThat(answers).contains(201).isSubsetOf(201, 503);
        List<byte[]> read = atOnce(16, _ -> () -> get(sha256(content)).body());
        assertThat(read).allSatisfy(each -> assertThat(each).isEqualTo(content));
    }

    /** Each has sent a part of a large manifest; together it is more than there is room for. */
    @Test
    void clientsThatStallKeepNobodyOut() throws Exception {
        List<RawHttpConnection> stalled = new ArrayList<>();
        try {
            byte[] part = new byte[150_000];
            for (int i = 0; i < STALLED; i++) {
                RawHttpConnection http = new RawHttpConnection(server.port());
                stalled.add(http);
                http.send(head("PUT", "stalled", "Content-Length: 4000000\r\n")).send(part);
            }
            byte[] content = bytes(largest.json());
            for (int i = 0; i < 3; i++) {
                assertThat(put("among-stalled", MediaType.OCI_MANIFEST, content)).isEqualTo(201);
            }
        } finally {
            for (RawHttpConnection http : stalled) {
                http.close();
            }
        }
    }

    @Test
    void storedOnesBeyondTheLimitsAreServedToManyWhoDoNotRead() throws Exception {
        List<Socket> unread = new ArrayList<>();
        try {
            for (int i = 0; i < STALLED; i++) {
                Socket socket = new Socket();
                socket.setReceiveBufferSize(4096);
                socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
                unread.add(socket);
                socket.getOutputStream().write(head("GET", stored.get(i % STORED), ""));
            }
            for (int i = 0; i < STORED; i += 10) {
                HttpResponse<byte[]> answer = get(stored.get(i));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("Content-Type"))
                        .contains(MediaType.OCI_INDEX.toString());
                assertThat(sha256(answer.body())).isEqualTo(stored.get(i));
            }
        } finally {
            for (Socket socket : unread) {
                socket.close();
            }
        }
    }

    private static byte[] head(String method, Object reference, String more) {
        return "%s %s%s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n"
                .formatted(method, MANIFESTS, reference, more)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
