package io.berth.http;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.sha512;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.http.TestApi.Answer;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.registry.Registry;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UploadsTest {

    private static final RepositoryName OTHER = RepositoryName.of("library/other");
    private static final String UPLOADS = "/v2/library/app/blobs/uploads/";
    private static final byte[] CONTENT = bytes("0123456789");
    private static final Digest DIGEST = sha256(CONTENT);
    private static final String UUID =
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    private final Registry registry = TestApi.emptyRegistry();
    private final TestApi api = new TestApi(registry);

    private String started() {
        return api.post(UPLOADS).send().is(202).header("Location");
    }

    private void assertStored(Digest digest, byte[] content) {
        assertThat(api.get("/v2/library/app/blobs/" + digest).send().is(200).body())
                .isEqualTo(content);
    }

    private void assertNotStored(Digest digest) {
        api.head("/v2/library/app/blobs/" + digest).send().is(404);
    }

    private static void assertCreated(Answer answer, Digest digest) {
        answer.is(201)
                .has("Location", "/v2/library/app/blobs/" + digest)
                .has("Docker-Content-Digest", digest)
                .has("Content-Length", 0);
    }

    @Nested
    class Starting {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "?mount=",
                    "?from=library/other",
                    "?digest=",
                    "?digest-algorithm=sha512",
                    "?digest-algorithm=",
                    "?ns=docker.io&origin=x",
                    "?foo=%ZZ",
                    "?mount=garbage",
                    "?mount=%zz",
                    "?mount=sha256:x&from=library/other",
                    "?mount=SHA256:aa&from=%00",
                    "?mount=../../etc&from=..",
                })
        void opensASession(String query) {
            Answer answer =
                    api.post(UPLOADS + query)
                            .send()
                            .is(202)
                            .has("Range", "0-0")
                            .has("Content-Length", 0);
            String id = answer.header("Docker-Upload-UUID");
            assertThat(id).matches(UUID);
            answer.has("Location", UPLOADS + id);
        }

        @Test
        void needsNoLastSlashAndNoCertainType() {
            api.post("/v2/library/app/blobs/uploads").send().is(202);
            api.post(UPLOADS).header("Content-Type", "application/json").send().is(202);
            api.post(UPLOADS).header("Content-Length", "0").send().is(202);
            api.post(UPLOADS).chunked().send().is(202);
        }

        @ParameterizedTest
        @CsvSource({
            "?digest=sha256:nothex, DIGEST_INVALID",
            "?digest=%73ha256%3Ax, DIGEST_INVALID",
            "?digest=md5:00, DIGEST_INVALID",
            "?digest-algorithm=md5, DIGEST_INVALID",
            "?digest=%zz, DIGEST_INVALID",
            "?digest-algorithm=%zz, DIGEST_INVALID",
            "?mount=nonsense&digest=sha256:x, DIGEST_INVALID",
        })
        void refusesWhatCannotBeMeant(String query, String code) {
            api.post(UPLOADS + query).body(CONTENT).send().isError(400, code);
        }
    }

    @Nested
    class InOneRequest {

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void storesTheBodyOfAPost(boolean chunked) {
            TestApi.Request request = api.post(UPLOADS + "?digest=" + DIGEST).body(CONTENT);
            assertCreated((chunked ? request.chunked() : request).send(), DIGEST);
            assertStored(DIGEST, CONTENT);
        }

        @Test
        void storesUnderTheDigestGiven() {
            Digest longer = sha512(CONTENT);
            assertCreated(api.post(UPLOADS + "?digest=" + longer).body(CONTENT).send(), longer);
            assertStored(longer, CONTENT);
        }

        @Test
        void storesTheEmptyBlob() {
            Digest empty = sha256(new byte[0]);
            assertCreated(api.post(UPLOADS + "?digest=" + empty).send(), empty);
            assertStored(empty, new byte[0]);
        }

        @Test
        void opensASessionForAClientThatSendsNothing() {
            api.post(UPLOADS + "?digest=" + DIGEST).send().is(202).has("Range", "0-0");
            api.post(UPLOADS + "?digest=" + DIGEST)
                    .header("Content-Length", "0")
                    .body(new byte[0])
                    .send()
                    .is(202);
            assertNotStored(DIGEST);
        }

        @Test
        void storesNothingThatDoesNotMatch() {
            api.post(UPLOADS + "?digest=" + DIGEST)
                    .body("other")
                    .send()
                    .isError(400, "DIGEST_INVALID");
            assertNotStored(DIGEST);
        }
    }

    @Nested
    class Mounting {

        @ParameterizedTest
        @ValueSource(strings = {"&from=library/other", "&from=library%2Fother", "", "&from="})
        void makesABlobOfAnotherRepositoryVisible(String from) {
            pushBlob(registry, OTHER, CONTENT);
            assertCreated(api.post(UPLOADS + "?mount=" + DIGEST + from).send(), DIGEST);
            assertStored(DIGEST, CONTENT);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "&from=no/where",
                    "&from=NO",
                    "&from=../other",
                    "&from=%zz",
                    "&from=%ff",
                    "&from=a%00",
                    "",
                    "&from=library/app"
                })
        void opensASessionWhereNothingIsFound(String from) {
            api.post(UPLOADS + "?mount=" + DIGEST + from).send().is(202).has("Range", "0-0");
        }

        @ParameterizedTest
        @ValueSource(strings = {"&from=NO", "&from=%zz", "&from=a%2F..%2Fb"})
        void looksNowhereWhenTheSourceIsMalformed(String from) {
            pushBlob(registry, OTHER, CONTENT);
            api.post(UPLOADS + "?mount=" + DIGEST + from).send().is(202);
            assertNotStored(DIGEST);
        }

        @Test
        void opensASessionForDigestsOfOtherAlgorithms() {
            api.post(UPLOADS + "?mount=blake3:" + "a".repeat(64)).send().is(202);
        }
    }

    @Nested
    class InChunks {

        @Test
        void appendsAndCloses() {
            String location = started();
            String id = location.substring(UPLOADS.length());

            api.patch(location)
                    .header("Content-Range", "0-3")
                    .body("0123")
                    .send()
                    .is(202)
                    .has("Location", location)
                    .has("Range", "0-3")
                    .has("Docker-Upload-UUID", id)
                    .has("Content-Length", 0);
            api.patch(location)
                    .header("Content-Range", "bytes 4-6/*")
                    .chunked()
                    .body("456")
                    .send()
                    .is(202)
                    .has("Range", "0-6");
            assertCreated(
                    api.put(location + "?digest=" + DIGEST)
                            .header("Content-Range", "7-9")
                            .body("789")
                            .send(),
                    DIGEST);
            assertStored(DIGEST, CONTENT);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void appendsABodyOfAnyLengthAtTheEnd(boolean chunked) {
            String location = started();
            TestApi.Request request = api.patch(location).body(CONTENT);
            (chunked ? request.chunked() : request).send().is(202).has("Range", "0-9");
            assertCreated(api.put(location + "?digest=" + DIGEST).send(), DIGEST);
            assertStored(DIGEST, CONTENT);
        }

        @Test
        void takesTheWholeWithTheEnd() {
            String location = started();
            assertCreated(
                    api.put(location + "?_state=x&digest=" + DIGEST.toString().replace(":", "%3A"))
                            .body(CONTENT)
                            .send(),
                    DIGEST);
        }

        @Test
        void appendsNothing() {
            String location = started();
            api.patch(location).send().is(202).has("Range", "0-0");
            api.patch(location).body("0").send().is(202).has("Range", "0-0");
            api.patch(location).chunked().body("").send().is(202).has("Range", "0-0");
            api.get(location).send().is(204).has("Range", "0-0");
        }

        @ParameterizedTest
        @ValueSource(strings = {"0-3", "5-8", "3-6", "bytes 9-12/*", "4-3", "x", "4-", "-4"})
        void refusesAChunkThatDoesNotContinue(String range) {
            String location = started();
            api.patch(location).body("0123").send().is(202);

            api.patch(location)
                    .header("Content-Range", range)
                    .body("4567")
                    .send()
                    .isError(416, "BLOB_UPLOAD_INVALID")
                    .has("Location", location)
                    .has("Range", "0-3");
            api.put(location + "?digest=" + DIGEST)
                    .header("Content-Range", range)
                    .body("4567")
                    .send()
                    .isError(416, "BLOB_UPLOAD_INVALID")
                    .has("Location", location)
                    .has("Range", "0-3");

            api.get(location).send().is(204).has("Range", "0-3");
            assertCreated(
                    api.put(location + "?digest=" + DIGEST)
                            .header("Content-Range", "4-9")
                            .body("456789")
                            .send(),
                    DIGEST);
        }

        @Test
        void saysWhereAnEmptySessionIsToBegin() {
            api.patch(started())
                    .header("Content-Range", "5-9")
                    .body("56789")
                    .send()
                    .isError(416, "BLOB_UPLOAD_INVALID")
                    .has("Range", "0--1");
        }

        @ParameterizedTest
        @CsvSource({"0-4, false", "0-2, false", "0-4, true", "0-2, true"})
        void refusesAChunkOfAnotherLengthThanItSays(String range, boolean chunked) {
            String location = started();
            TestApi.Request request =
                    api.patch(location).header("Content-Range", range).body("0123");
            (chunked ? request.chunked() : request).send().isError(400, "SIZE_INVALID");
            api.get(location).send().is(204).has("Range", "0-0");
        }

        @Test
        void keepsTheSessionWhenTheDigestIsWrong() {
            String location = started();
            api.patch(location).body("0123").send().is(202);

            for (String query :
                    new String[] {
                        "",
                        "?digest=",
                        "?digest=x",
                        "?digest=sha256:x",
                        "?digest=md5:00",
                        "?digest=" + sha256(bytes("other")),
                    }) {
                api.put(location + query).body("456789").send().isError(400, "DIGEST_INVALID");
                api.get(location).send().is(204).has("Range", "0-3");
            }
            assertNotStored(DIGEST);
            assertCreated(api.put(location + "?digest=" + DIGEST).body("456789").send(), DIGEST);
        }

        @Test
        void looksAtTheRangeBeforeTheDigestOfTheContent() {
            String location = started();
            api.put(location + "?digest=" + DIGEST)
                    .header("Content-Range", "3-5")
                    .body("abc")
                    .send()
                    .isError(416, "BLOB_UPLOAD_INVALID");
            api.put(location + "?digest=nonsense")
                    .header("Content-Range", "3-5")
                    .body("abc")
                    .send()
                    .isError(400, "DIGEST_INVALID");
        }
    }

    @Nested
    class Sessions {

        @ParameterizedTest
        @ValueSource(strings = {"GET", "HEAD"})
        void sayWhereTheyStand(String method) {
            String location = started();
            String id = location.substring(UPLOADS.length());
            api.request(method, location)
                    .send()
                    .is(204)
                    .has("Location", location)
                    .has("Range", "0-0")
                    .has("Docker-Upload-UUID", id);
            api.patch(location).body("0123").send().is(202);
            api.request(method, location + "?digest=" + DIGEST)
                    .send()
                    .is(204)
                    .has("Location", location)
                    .has("Range", "0-3");
        }

        @Test
        void areCancelled() {
            String location = started();
            api.patch(location).body("0123").send().is(202);
            api.delete(location)
                    .send()
                    .is(204)
                    .has("Docker-Upload-UUID", location.substring(UPLOADS.length()));
            assertUnknown(location);
        }

        @Test
        void endWithTheirBlob() {
            String location = started();
            assertCreated(api.put(location + "?digest=" + DIGEST).body(CONTENT).send(), DIGEST);
            assertUnknown(location);
        }

        @Test
        void belongToTheirRepository() {
            assertUnknown(started().replace("library/app", "library/other"));
            assertUnknown(UPLOADS + "0b8a3c5e-3c61-4e3c-9a58-6a8d1c5a2f10");
            assertUnknown(UPLOADS + "nonsense");
        }

        private void assertUnknown(String location) {
            for (String method : new String[] {"GET", "HEAD", "PATCH", "DELETE"}) {
                api.request(method, location).send().isError(404, "BLOB_UPLOAD_UNKNOWN");
            }
            api.put(location + "?digest=" + DIGEST)
                    .body(CONTENT)
                    .send()
                    .isError(404, "BLOB_UPLOAD_UNKNOWN");
        }
    }
}
