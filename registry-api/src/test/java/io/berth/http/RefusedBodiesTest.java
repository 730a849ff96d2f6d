package io.berth.http;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.sha256;

import io.berth.http.body.ManifestBodyReader;
import io.berth.policy.ReadOnlyRegistry;
import io.berth.registry.Registry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that is refused for its head is refused before its body is read. */
class RefusedBodiesTest {

    private static final String UPLOADS = "/v2/library/app/blobs/uploads/";
    private static final String DIGEST = sha256(bytes("content")).toString();

    private final Registry registry = TestApi.emptyRegistry();
    private final TestApi api = new TestApi(registry);

    @ParameterizedTest
    @CsvSource({
        "PUT, /v2/, 405, UNSUPPORTED",
        "POST, /v2/_catalog, 405, UNSUPPORTED",
        "PUT, /v2/A/manifests/v1, 400, NAME_INVALID",
        "PUT, /v2/library/app/manifests/.bad, 400, TAG_INVALID",
        "PUT, /v2/library/app/manifests/v%zz, 400, TAG_INVALID",
        "PUT, /v2/library/app/manifests/sha256:x, 400, DIGEST_INVALID",
        "PUT, /v2/library/app/manifests/md5:00, 400, DIGEST_INVALID",
        "PUT, /v2/library/app/manifests/v1?digest=x, 400, DIGEST_INVALID",
        "PUT, /v2/library/app/manifests/v1?digest=%zz, 400, DIGEST_INVALID",
        "PUT, /v2/library/app/manifests/DIGEST?tag=.bad, 400, TAG_INVALID",
        "PUT, /v2/library/app/manifests/DIGEST?tag=%00, 400, TAG_INVALID",
        "POST, /v2/A/blobs/uploads/, 400, NAME_INVALID",
        "POST, /v2/library/app/blobs/uploads/?digest=x, 400, DIGEST_INVALID",
        "POST, /v2/library/app/blobs/uploads/?digest=md5:00, 400, DIGEST_INVALID",
        "POST, /v2/library/app/blobs/uploads/?digest-algorithm=md5, 400, DIGEST_INVALID",
        "PATCH, /v2/library/app/blobs/uploads/x, 404, BLOB_UPLOAD_UNKNOWN",
        "PUT, /v2/library/app/blobs/uploads/x?digest=DIGEST, 404, BLOB_UPLOAD_UNKNOWN",
    })
    void staysUnread(String method, String target, int status, String code) {
        api.request(method, target.replace("DIGEST", DIGEST))
                .bodyThatMustNotBeRead()
                .send()
                .isError(status, code);
    }

    @Test
    void ofManifestsStayUnread() {
        String manifest = "/v2/library/app/manifests/v1";
        api.put(manifest)
                .header("Content-Type", "nonsense")
                .bodyThatMustNotBeRead()
                .send()
                .isError(400, "MANIFEST_INVALID");
        api.put(manifest)
                .body(new byte[ManifestBodyReader.MAX_SIZE + 1])
                .bodyThatMustNotBeRead()
                .send()
                .isError(413, "SIZE_INVALID");
        api.put("/v2/library/app/manifests/" + DIGEST + "?" + "tag=a&".repeat(101))
                .bodyThatMustNotBeRead()
                .send()
                .isError(414, "TAG_INVALID");
        // A body that is welcome in every other respect.
        api.put(manifest + "?digest=md5:00")
                .header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
                .body("{}")
                .bodyThatMustNotBeRead()
                .send()
                .isError(400, "DIGEST_INVALID");
        api.put(manifest + "?digest=x")
                .chunked()
                .bodyThatMustNotBeRead()
                .send()
                .isError(400, "DIGEST_INVALID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?digest=", "?digest=x", "?digest=%zz", "?digest=md5:00"})
    void ofAClosedSessionStayUnread(String query) {
        String location = started();
        api.put(location + query).bodyThatMustNotBeRead().send().isError(400, "DIGEST_INVALID");
        api.get(location).send().is(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "5-9", "9-5", "1-1"})
    void ofAChunkThatDoesNotContinueStayUnread(String range) {
        String location = started();
        api.patch(location)
                .header("Content-Range", range)
                .bodyThatMustNotBeRead()
                .send()
                .isError(416, "BLOB_UPLOAD_INVALID");
        api.put(location + "?digest=" + DIGEST)
                .header("Content-Range", range)
                .bodyThatMustNotBeRead()
                .send()
                .isError(416, "BLOB_UPLOAD_INVALID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void ofChangesStayUnreadWhereNothingChanges(String method) {
        TestApi readOnly = new TestApi(new ReadOnlyRegistry(registry), ApiSettings.defaults());
        for (String target :
                new String[] {
                    UPLOADS, started() + "?digest=" + DIGEST, "/v2/library/app/manifests/v1"
                }) {
            readOnly.request(method, target)
                    .bodyThatMustNotBeRead()
                    .send()
                    .isError(405, "UNSUPPORTED");
        }
    }

    private String started() {
        return api.post(UPLOADS).send().is(202).header("Location");
    }
}
