package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.access.Caller;
import io.berth.client.RawHttpConnection;
import io.berth.client.RecordedRegistry;
import io.berth.name.Tag;
import io.berth.registry.Registry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks, as the registry sees it behind the whole server. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallerOverHttpTest {

    private static final int CONNECTIONS = 4;
    private static final int REQUESTS = 20;

    private final Queue<Caller> callers = new ConcurrentLinkedQueue<>();
    private final Queue<String> mixedUp = new ConcurrentLinkedQueue<>();
    private final Set<Boolean> virtual = ConcurrentHashMap.newKeySet();
    private final CyclicBarrier together = new CyclicBarrier(CONNECTIONS);
    private TestServer server;

    @BeforeAll
    void start(@TempDir Path folder) {
        server =
                TestServer.on(
                        folder,
                        Map.of("http.maxthreads", "1", "http.trustforwarded", "true"),
                        (name, bean) -> name.equals("guarded") ? recording((Registry) bean) : bean);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        callers.clear();
    }

    private Registry recording(Registry registry) {
        return RecordedRegistry.of(
                registry,
                (method, arguments) -> {
                    if (!method.equals("isReadOnly")) {
                        record(arguments);
                    }
                });
    }

    private void record(Object[] arguments) throws Exception {
        if (arguments[arguments.length - 1] instanceof Tag tag && tag.value().startsWith("own-")) {
            compare(tag);
        }
        callers.add(Caller.current());
    }

    private void compare(Tag tag) throws Exception {
        virtual.add(Thread.currentThread().isVirtual());
        if (tag.value().endsWith("-0")) {
            together.await(20, TimeUnit.SECONDS); // so that one thread is not enough
        }
        String id = Caller.current().requestId();
        if (!id.equals(tag.value())) {
            mixedUp.add(tag + " as " + id);
        }
    }

    /** The second path has to be decoded, and goes through the pipelines of Tomcat and Spring. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "%61"})
    void readsHaveACaller(String repository) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            String target = "/v2/" + repository + "/tags/list";
            http.send(RawHttpConnection.head("GET", target, "X-Request-Id: mine\r\n")).read();
            http.send(
                            RawHttpConnection.head(
                                    "GET",
                                    target,
                                    "X-Request-Id: other\r\nX-Forwarded-For: 192.0.2.7\r\n"))
                    .read();
            http.send(RawHttpConnection.head("GET", target, "X-Request-Id: mine\r\n")).read();
        }

        Caller direct = Caller.anonymous("127.0.0.1", "mine");
        assertThat(callers).containsExactly(direct, Caller.anonymous("192.0.2.7", "other"), direct);
    }

    @Test
    void writesHaveACaller() throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            assertThat(
                            http.request(
                                            "POST",
                                            "/v2/a/blobs/uploads/",
                                            "X-Request-Id: mine\r\n",
                                            new byte[0])
                                    .read()
                                    .status())
                    .isEqualTo(202);
        }

        assertThat(callers).containsOnly(Caller.anonymous("127.0.0.1", "mine"));
    }

    /** Beyond {@code http.maxthreads}, requests run on virtual threads. */
    @Test
    void requestsAtTheSameTimeAreNotMixedUp() throws Exception {
        List<Future<Integer>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            for (int client = 0; client < CONNECTIONS; client++) {
                String name = "own-" + client;
                clients.add(threads.submit(() -> readAll(name)));
            }
        }
        for (Future<Integer> client : clients) {
            assertThat(client.get()).isEqualTo(REQUESTS);
        }

        assertThat(mixedUp).isEmpty();
        assertThat(callers).hasSizeGreaterThanOrEqualTo(CONNECTIONS * REQUESTS);
        assertThat(virtual).containsExactlyInAnyOrder(true, false);
    }

    private int readAll(String name) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            for (int i = 0; i < REQUESTS; i++) {
                String id = name + "-" + i;
                http.send(
                        RawHttpConnection.head(
                                "GET", "/v2/a/manifests/" + id, "X-Request-Id: " + id + "\r\n"));
                http.read();
            }
        }
        return REQUESTS;
    }
}
