package io.berth.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.Caller;
import io.berth.client.RecordedRegistry;
import io.berth.name.RepositoryName;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** Every question that the protocol asks the registry says who asks. */
class CallerOfRequestTest {

    private static final byte[] LAYER = TestContent.bytes("layer of a");

    private final List<String> asked = new ArrayList<>();
    private final List<Caller> callers = new ArrayList<>();
    private final Registry registry = TestApi.emptyRegistry();
    private final TestApi api = new TestApi(recording());

    private Registry recording() {
        return RecordedRegistry.of(
                registry,
                (method, _) -> {
                    asked.add(method);
                    if (!method.equals("isReadOnly")) { // asked at the start
                        callers.add(Caller.current());
                    }
                });
    }

    @Test
    void everyActionIsDoneAsTheCallerOfItsRequest() {
        var image = TestContent.image("a").pushBlobs(registry, RepositoryName.of("a"));
        var digest = image.build().digest();
        String blob = "/v2/a/blobs/" + TestContent.sha256(LAYER);
        String upload =
                api.post("/v2/a/blobs/uploads/")
                        .header("X-Request-Id", "id")
                        .send()
                        .header("Location");

        send(api.patch(upload).header("Content-Type", "application/octet-stream").body(LAYER));
        send(api.get(upload));
        send(api.delete(upload));
        send(api.post("/v2/a/blobs/uploads/?mount=%s&from=b".formatted(TestContent.sha256(LAYER))));
        send(api.put("/v2/a/manifests/v1").body(image.json()));
        send(api.get("/v2/a/manifests/v1"));
        send(api.head("/v2/a/manifests/v1"));
        send(api.get(blob));
        send(api.get("/v2/a/tags/list"));
        send(api.get("/v2/_catalog"));
        send(api.get("/v2/a/referrers/" + digest));
        send(api.delete("/v2/a/manifests/v1"));
        send(api.delete("/v2/a/manifests/" + digest));
        send(api.delete(blob));

        assertThat(asked)
                .contains(
                        "startUpload",
                        "resumeUpload",
                        "mountBlob",
                        "putManifest",
                        "manifest",
                        "blob",
                        "tags",
                        "repositories",
                        "referrers",
                        "deleteTag",
                        "deleteManifest",
                        "deleteBlob");
        assertThat(callers).containsOnly(Caller.anonymous("127.0.0.1", "id"));
    }

    private static void send(TestApi.Request request) {
        assertThat(request.header("X-Request-Id", "id").send().response().getStatus())
                .isBetween(200, 299);
    }

    /** Also after a failure, on platform threads and on virtual ones. */
    @Test
    void aThreadForgetsTheCallerWithTheRequest() throws Exception {
        threeRequests();
        Thread.Builder virtual = Thread.ofVirtual();
        List<Throwable> failures = new ArrayList<>();
        Thread thread = virtual.unstarted(this::threeRequests);
        thread.setUncaughtExceptionHandler((_, failure) -> failures.add(failure));
        thread.start();
        thread.join();

        assertThat(failures).isEmpty();
        assertThat(callers)
                .extracting(Caller::requestId)
                .containsExactly("1", "2", "3", "1", "2", "3");
    }

    private void threeRequests() {
        api.get("/v2/a/tags/list").header("X-Request-Id", "1").send().is(404);
        assertUnbound();
        api.get("/v2/a/manifests/v1").header("X-Request-Id", "2").send().is(404);
        assertUnbound();
        api.get("/v2/_catalog").header("X-Request-Id", "3").send().is(200);
        assertUnbound();
    }

    private static void assertUnbound() {
        assertThatThrownBy(Caller::current).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void aRequestWithoutAnIdGetsOneThatTheErrorResponseRepeats() {
        String id = api.get("/v2/a/manifests/v1").send().header("X-Request-Id");
        api.get("/v2/a/manifests/v1").send();

        assertThat(callers).extracting(Caller::requestId).first().isEqualTo(id);
        assertThat(callers).extracting(Caller::requestId).doesNotHaveDuplicates();
    }
}
