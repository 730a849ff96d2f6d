package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What probes see. */
@ExtendWith(OutputCaptureExtension.class)
class HealthOverHttpTest {

    private static final Map<String, String> OFTEN =
            Map.of("health.storagedriver.interval", "100ms");

    /** Of nothing. */
    private static final String DIGEST =
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir Path folder;

    private volatile boolean away;
    private final AtomicInteger questions = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(strings = {"/", "/livez", "/readyz", "/debug/health"})
    void allIsWell(String path) throws Exception {
        try (TestServer server = TestServer.on(folder, Map.of("http.prefix", "/registry/"));
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            assertThat(http.get(path).read().status()).isEqualTo(200);

            Response head =
                    http.send(RawHttpConnection.head("HEAD", path, "Connection: close\r\n")).head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(http.isEnded()).isTrue();
        }
    }

    @Test
    void noLogNamesPartsOfTheProgramForEachRequest(CapturedOutput output) throws Exception {
        try (TestServer server = TestServer.on(folder, Map.of("log.level", "debug"));
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            assertThat(http.get("/livez").read().status()).isEqualTo(200);
            assertThat(http.get("/v2/").read().status()).isEqualTo(200);
        }
        assertThat(output).doesNotContain("Mapped to");
    }

    @Test
    void saysWhatIsKnownOfTheStore() throws Exception {
        try (TestServer server = TestServer.on(folder);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            Response detail = http.get("/debug/health").read();

            assertThat(detail.header("Content-Type")).isEqualTo("application/json");
            assertThat(detail.header("Cache-Control")).isEqualTo("no-store");
            assertThat(detail.text())
                    .matches(
                            "\\{\"store\":\\{\"status\":\"up\",\"since\":\"20[0-9TZ:.-]+\","
                                    + "\"kind\":\"filesystem\",\"capabilities\":\\{}}}");
        }
    }

    @Test
    void refusesWhatIsNoQuestion() throws Exception {
        try (TestServer server = TestServer.on(folder);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            Response refused = http.request("POST", "/readyz", "", new byte[0]).read();

            assertThat(refused.status()).isEqualTo(405);
            assertThat(refused.header("Allow")).isEqualTo("GET, HEAD");
        }
    }

    @Test
    void aStoreThatGoesAwayIsWaitedFor(CapturedOutput output) throws Exception {
        try (TestServer server = watched(OFTEN)) {
            awaitStatus(server, "/readyz", 200);

            away = true;
            awaitStatus(server, "/readyz", 503);
            assertThat(ask(server, "/readyz").text())
                    .matches("\\{\"store\":\\{\"status\":\"down\",\"since\":\"20[0-9TZ:.-]+\"}}");
            assertThat(ask(server, "/debug/health").status()).isEqualTo(503);
            assertThat(ask(server, "/livez").status()).isEqualTo(200);
            assertThat(ask(server, "/").status()).isEqualTo(200);

            away = false;
            awaitStatus(server, "/readyz", 200);
            assertThat(output)
                    .containsOnlyOnce("3 checks of the store in a row have failed")
                    .containsOnlyOnce("the store answers again");
        }
    }

    /** Clients that try again and again must not fill the disk with what is logged of them. */
    @Test
    void requestsThatFailAreNotAllLogged(CapturedOutput output) throws Exception {
        try (TestServer server = watched(Map.of())) {
            away = true;
            long begin = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                assertThat(ask(server, "/v2/a/manifests/latest").status()).isEqualTo(503);
            }
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
            assertThat(output.getOut().lines().filter(line -> line.contains(" 503 ")))
                    .hasSizeLessThan((int) (2 * seconds) + 12);
            Awaitility.await()
                    .until(() -> output.getOut().contains("messages of this kind were left out"));
            away = false;
        }
    }

    @Test
    void aFolderThatGoesAwayIsNoStore() throws Exception {
        try (TestServer server = TestServer.on(folder.resolve("data"), OFTEN)) {
            Files.move(folder.resolve("data"), folder.resolve("away"));
            awaitStatus(server, "/readyz", 503);

            Files.move(folder.resolve("away"), folder.resolve("data"));
            awaitStatus(server, "/readyz", 200);
        }
    }

    /** As when a volume is not mounted any more, and the folder beneath shows. */
    @Test
    void anEmptyFolderInItsPlaceIsNoRegistryWithoutImages() throws Exception {
        Path data = folder.resolve("data");
        try (TestServer server = TestServer.on(data, OFTEN)) {
            Files.move(data, folder.resolve("away"));
            Files.createDirectory(data);

            for (String path :
                    List.of(
                            "/v2/_catalog",
                            "/v2/library/app/tags/list",
                            "/v2/library/app/manifests/v1",
                            "/v2/library/app/referrers/" + DIGEST,
                            "/v2/library/app/manifests/" + DIGEST,
                            "/v2/library/app/blobs/" + DIGEST)) {
                assertThat(ask(server, path).status()).as(path).isEqualTo(503);
            }
            for (String query : List.of("?digest=" + DIGEST, "")) {
                try (RawHttpConnection http = new RawHttpConnection(server.port())) {
                    String push = "/v2/library/app/blobs/uploads/" + query;
                    assertThat(http.request("POST", push, "", new byte[0]).read().status())
                            .as(push)
                            .isEqualTo(503);
                }
            }
            awaitStatus(server, "/readyz", 503);
            assertThat(ask(server, "/livez").status()).isEqualTo(200);
            assertThat(data).isEmptyDirectory();
        }
    }

    @Test
    void probesCostNothing() throws Exception {
        try (TestServer server = watched(Map.of());
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            int before = questions.get();
            for (int i = 0; i < 100; i++) {
                assertThat(http.get("/readyz").read().status()).isEqualTo(200);
            }

            assertThat(questions.get()).isEqualTo(before);
        }
    }

    @Test
    void nobodyAsksWhereItIsSwitchedOff() throws Exception {
        Map<String, String> off =
                Map.of(
                        "health.storagedriver.enabled", "false",
                        "health.storagedriver.interval", "100ms");
        try (TestServer server = watched(off);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            int before = questions.get();
            Thread.sleep(500);

            assertThat(questions.get()).isEqualTo(before);
            assertThat(http.get("/readyz").read().status()).isEqualTo(200);
        }
    }

    private static void awaitStatus(TestServer server, String path, int status) {
        Awaitility.await().until(() -> ask(server, path).status() == status);
    }

    /** On a connection of its own: Tomcat ends one that has seen a 503. */
    private static Response ask(TestServer server, String path) throws IOException {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.get(path).read();
        }
    }

    private TestServer watched(Map<String, String> settings) {
        return TestServer.on(
                folder,
                settings,
                (name, bean) ->
                        bean instanceof ObjectStore store
                                ? new InterceptedStore(store, new Absence())
                                : bean);
    }

    private final class Absence implements InterceptedStore.Interceptor {
        @Override
        public void before(Call call) {
            if (call.operation() == Operation.VERIFY) {
                questions.incrementAndGet();
            }
            if (away) {
                throw new ObjectStoreException.Unavailable(call.key(), "away", null);
            }
        }
    }
}
