package io.berth.http;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.sha512;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.http.TestApi.Answer;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlobsTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");

    private final Registry registry = TestApi.emptyRegistry();
    private final TestApi api = new TestApi(registry);
    private final byte[] content = random(1, 2048);
    private final Digest digest = pushBlob(registry, REPOSITORY, content);
    private final String path = "/v2/library/app/blobs/" + digest;

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void saysWhatABlobIs(String method) {
        Answer answer =
                api.request(method, path)
                        .send()
                        .is(200)
                        .has("Content-Type", "application/octet-stream")
                        .has("Content-Length", 2048)
                        .has("Docker-Content-Digest", digest)
                        .has("ETag", "\"" + digest + "\"")
                        .has("Cache-Control", "max-age=31536000")
                        .has("Accept-Ranges", "bytes")
                        .has("Content-Range", null);
        assertThat(answer.body()).isEqualTo(method.equals("GET") ? content : new byte[0]);
    }

    @Test
    void givesContentUnderTheDigestItWasPushedUnder() {
        Digest longer = pushBlob(registry, REPOSITORY, content, sha512(content));
        api.get("/v2/library/app/blobs/" + longer)
                .send()
                .is(200)
                .has("Docker-Content-Digest", longer);
    }

    @Test
    void givesNothingOfAnEmptyBlob() {
        Digest empty = pushBlob(registry, REPOSITORY, new byte[0]);
        api.get("/v2/library/app/blobs/" + empty).send().is(200).has("Content-Length", 0);
        api.get("/v2/library/app/blobs/" + empty)
                .header("Range", "bytes=0-")
                .send()
                .isError(416, "RANGE_INVALID")
                .has("Content-Range", "bytes */0");
    }

    @Test
    void copiesContentOfAnySize() {
        for (int size : new int[] {1, 65_535, 65_536, 65_537, 300_000}) {
            byte[] large = random(size, size);
            Digest name = pushBlob(registry, REPOSITORY, large);
            assertThat(api.get("/v2/library/app/blobs/" + name).send().is(200).body())
                    .isEqualTo(large);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, library/app, sha256, 404, BLOB_UNKNOWN",
        "HEAD, library/app, sha256, 404, BLOB_UNKNOWN",
        "DELETE, library/app, sha256, 404, BLOB_UNKNOWN",
        "GET, library/other, '', 404, BLOB_UNKNOWN",
        "GET, library/app, blake3, 404, BLOB_UNKNOWN",
        "GET, library/app, sha257, 404, BLOB_UNKNOWN",
        "GET, Library/app, '', 400, NAME_INVALID",
    })
    void doesNotKnowWhatIsNotThere(
            String method, String repository, String algorithm, int status, String code) {
        String name = algorithm.isEmpty() ? digest.toString() : algorithm + ":" + "a".repeat(64);
        api.request(method, "/v2/" + repository + "/blobs/" + name).send().isError(status, code);
    }

    @Test
    void refusesWhatIsNoDigest() {
        api.get("/v2/library/app/blobs/sha256:tooshort").send().isError(400, "DIGEST_INVALID");
    }

    @Test
    void deletes() {
        api.delete(path).send().is(202).has("Content-Length", 0);
        api.get(path).send().isError(404, "BLOB_UNKNOWN");
        api.delete(path).send().isError(404, "BLOB_UNKNOWN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void sendsNothingToAClientThatHasIt(String method) {
        for (String condition : new String[] {"\"" + digest + "\"", digest.toString(), "*"}) {
            Answer answer =
                    api.request(method, path)
                            .header("If-None-Match", condition)
                            .send()
                            .is(304)
                            .has("ETag", "\"" + digest + "\"")
                            .has("Docker-Content-Digest", digest)
                            .has("Cache-Control", "max-age=31536000");
            assertThat(answer.body()).isEmpty();
        }
        api.request(method, path).header("If-None-Match", "\"other\"").send().is(200);
    }

    @Test
    void doesNotClaimThatAClientHasWhatIsNotThere() {
        Digest nowhere = sha256(bytes("nowhere"));
        api.get("/v2/library/app/blobs/" + nowhere)
                .header("If-None-Match", "\"" + nowhere + "\"")
                .send()
                .isError(404, "BLOB_UNKNOWN");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-499, 0, 499",
        "bytes=500-, 500, 2047",
        "bytes=-48, 2000, 2047",
        "bytes=2000-5000, 2000, 2047",
        "bytes=1024-2048, 1024, 2047",
        "bytes=-9999, 0, 2047",
    })
    void givesPartOfABlob(String range, int first, int last) {
        Answer answer =
                api.get(path)
                        .header("Range", range)
                        .send()
                        .is(206)
                        .has("Content-Range", "bytes " + first + "-" + last + "/2048")
                        .has("Content-Length", last - first + 1)
                        .has("Content-Type", "application/octet-stream")
                        .has("Docker-Content-Digest", digest);
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(content, first, last + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=2048-", "bytes=5000-10000", "bytes=500-0", "bytes=-0"})
    void refusesRangesThatDoNotExist(String range) {
        api.get(path)
                .header("Range", range)
                .send()
                .isError(416, "RANGE_INVALID")
                .has("Content-Range", "bytes */2048")
                .has("ETag", null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=x", "items=0-1", "bytes=1-2-3"})
    void ignoresRangesItDoesNotUnderstand(String range) {
        assertThat(api.get(path).header("Range", range).send().is(200).body()).isEqualTo(content);
    }

    @Test
    void knowsRangesOnlyOnGet() {
        api.head(path)
                .header("Range", "bytes=0-9")
                .send()
                .is(200)
                .has("Content-Length", 2048)
                .has("Content-Range", null);
    }

    @Test
    void givesARangeOnlyIfItIsOfTheSameContent() {
        api.get(path)
                .header("Range", "bytes=0-9")
                .header("If-Range", "\"" + digest + "\"")
                .send()
                .is(206);
        for (String other :
                new String[] {
                    "\"other\"", "W/\"" + digest + "\"", "Sat, 01 Jan 2026 00:00:00 GMT"
                }) {
            api.get(path)
                    .header("Range", "bytes=0-9")
                    .header("If-Range", other)
                    .send()
                    .is(200)
                    .has("Content-Length", 2048);
        }
    }

    @Test
    void givesSeveralPartsInOneBody() {
        Answer answer = api.get(path).header("Range", "bytes=0-9, 2000-2047, 5-6").send().is(206);

        String type = answer.header("Content-Type");
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        String boundary = type.substring(type.indexOf('=') + 1);
        String body = new String(answer.body(), StandardCharsets.ISO_8859_1);
        String whole = new String(content, StandardCharsets.ISO_8859_1);
        assertThat(body)
                .isEqualTo(
                        part(boundary, "0-9", whole.substring(0, 10))
                                + part(boundary, "2000-2047", whole.substring(2000))
                                + part(boundary, "5-6", whole.substring(5, 7))
                                + "\r\n--"
                                + boundary
                                + "--\r\n");
        answer.has("Content-Range", null);
    }

    private static String part(String boundary, String range, String content) {
        return "\r\n--"
                + boundary
                + "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes "
                + range
                + "/2048\r\n\r\n"
                + content;
    }

    @Test
    void givesEverythingToAClientThatAsksForTooManyParts() {
        String ranges =
                IntStream.range(0, 65)
                        .mapToObj(i -> i + "-" + i)
                        .collect(Collectors.joining(",", "bytes=", ""));
        api.get(path).header("Range", ranges).send().is(200).has("Content-Length", 2048);
        api.get(path).header("Range", "bytes=0-,0-,0-").send().is(200).has("Content-Length", 2048);
    }
}
