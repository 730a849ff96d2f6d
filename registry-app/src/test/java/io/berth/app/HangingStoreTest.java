package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store that hangs holds those that ask it, and not the registry. */
@Timeout(60)
class HangingStoreTest {

    private static final Map<String, String> SETTINGS =
            Map.of(
                    "http.limits.requests", "64",
                    "http.limits.requestsperclient", "1000",
                    "http.draintimeout", "0");

    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.US_ASCII);
    private static final Digest DIGEST = Digest.ofContent(HashAlgorithm.SHA256, CONTENT);

    @TempDir Path folder;

    private final List<RawHttpConnection> open = new ArrayList<>();
    private final CountDownLatch answers = new CountDownLatch(1);
    private volatile Predicate<Call> hangs = _ -> false;

    @AfterEach
    void close() throws IOException {
        for (RawHttpConnection http : open) {
            http.close();
        }
    }

    @Test
    void whoAsksNextIsRefusedAndProbesGoOn() throws Exception {
        try (TestServer server = server()) {
            hangs = _ -> true;
            List<RawHttpConnection> asking = new ArrayList<>();
            for (int i = 0; i < 48; i++) {
                asking.add(connect(server).get("/v2/r" + i + "/manifests/latest"));
            }
            Thread.sleep(2_000);
            long begin = System.nanoTime();

            Response refused = connect(server).get("/v2/other/manifests/latest").read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isNotBlank();
            assertThat(refused.text()).contains("UNAVAILABLE");
            assertThat(connect(server).get("/livez").read().status()).isEqualTo(200);
            assertThat(connect(server).get("/v2/").read().status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(10));

            hangs = _ -> false;
            answers.countDown();
            for (RawHttpConnection http : asking) {
                assertThat(http.read().status()).isIn(404, 503);
            }
            Response after = connect(server).get("/v2/other/manifests/latest").read();
            assertThat(after.status()).isEqualTo(404);
        }
        answers.countDown();
    }

    /** They are never so many that nothing else is served. */
    @Test
    void uploadsThatCannotBeStoredLeaveRoomForReading() throws Exception {
        try (TestServer server = server()) {
            String push = "/v2/a/blobs/uploads/?digest=" + DIGEST;
            Response pushed = connect(server).request("POST", push, "", CONTENT).read();
            assertThat(pushed.status()).isEqualTo(201);
            hangs =
                    call ->
                            call.operation() == Operation.STAGED_APPEND
                                    || call.operation() == Operation.STAGED_PUBLISH;
            for (int i = 0; i < 80; i++) {
                RawHttpConnection http = connect(server);
                Response started =
                        http.request("POST", "/v2/a/blobs/uploads/", "", new byte[0]).read();
                String upload = Objects.requireNonNull(started.header("Location"));
                http.request("PATCH", upload, "", CONTENT);
            }
            Thread.sleep(1_000);
            for (int i = 0; i < 5; i++) {
                Response read = connect(server).get("/v2/a/blobs/" + DIGEST).read();
                assertThat(read.body()).isEqualTo(CONTENT);
                assertThat(connect(server).get("/livez").read().status()).isEqualTo(200);
            }
            answers.countDown();
        }
    }

    private RawHttpConnection connect(TestServer server) throws IOException {
        RawHttpConnection http = new RawHttpConnection(server.port());
        open.add(http);
        return http;
    }

    private TestServer server() {
        return TestServer.on(
                folder,
                SETTINGS,
                (name, bean) ->
                        bean instanceof ObjectStore store
                                ? new InterceptedStore(store, new Hanging())
                                : bean);
    }

    private final class Hanging implements InterceptedStore.Interceptor {
        @Override
        public void before(Call call) {
            if (hangs.test(call)) {
                try {
                    answers.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
