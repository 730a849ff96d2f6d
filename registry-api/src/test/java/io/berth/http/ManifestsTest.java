package io.berth.http;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.sha512;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.http.TestApi.Answer;
import io.berth.http.body.ManifestBodyReader;
import io.berth.manifest.Manifest;
import io.berth.manifest.ManifestContent;
import io.berth.manifest.ManifestParser;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.TestContent.ImageBuilder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String MANIFESTS = "/v2/library/app/manifests/";

    private final Registry registry = TestApi.emptyRegistry();
    private final TestApi api = new TestApi(registry);

    @Nested
    class Reading {

        private final Manifest manifest = pushImage(registry, REPOSITORY, "a", "v1");

        @ParameterizedTest
        @CsvSource({"GET, true", "HEAD, true", "GET, false", "HEAD, false"})
        void givesTheBytesThatWerePushed(String method, boolean byTag) {
            Answer answer =
                    api.request(method, MANIFESTS + (byTag ? "v1" : manifest.digest()))
                            .send()
                            .is(200)
                            .has("Content-Type", manifest.mediaType())
                            .has("Content-Length", manifest.size())
                            .has("Docker-Content-Digest", manifest.digest())
                            .has("ETag", "\"" + manifest.digest() + "\"")
                            .has("Cache-Control", byTag ? "no-cache" : "max-age=31536000")
                            .has("Vary", "Accept");
            assertThat(answer.body())
                    .isEqualTo(method.equals("GET") ? manifest.content() : new byte[0]);
        }

        @Test
        void keepsToTheDigestOfATag() {
            ImageBuilder image = image("long").pushBlobs(registry, REPOSITORY);
            Digest digest = sha512(bytes(image.json()));
            registry.putManifest(
                    REPOSITORY, image.build(digest), tags("long"), PutOptions.defaults());
            api.get(MANIFESTS + "long").send().is(200).has("Docker-Content-Digest", digest);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "other",
                    ".INVALID_MANIFEST_NAME",
                    "sha256:baddigeststring",
                    "",
                    "V1",
                    "blake3:0000",
                })
        void doesNotKnowWhatIsNotThere(String reference) {
            for (String method : new String[] {"GET", "HEAD", "DELETE"}) {
                api.request(method, MANIFESTS + reference).send().isError(404, "MANIFEST_UNKNOWN");
            }
            api.get("/v2/no/such/manifests/v1").send().isError(404, "MANIFEST_UNKNOWN");
        }

        @Test
        void ignoresRanges() {
            api.get(MANIFESTS + "v1")
                    .header("Range", "bytes=0-1")
                    .send()
                    .is(200)
                    .has("Content-Length", manifest.size());
        }

        @ParameterizedTest
        @CsvSource({"GET, true", "HEAD, true", "GET, false", "HEAD, false"})
        void sendsNothingToAClientThatHasIt(String method, boolean byTag) {
            Digest digest = manifest.digest();
            for (String condition :
                    List.of("\"" + digest + "\"", digest.toString(), "W/\"" + digest + "\"", "*")) {
                Answer answer =
                        api.request(method, MANIFESTS + (byTag ? "v1" : digest))
                                .header("If-None-Match", "\"other\"")
                                .header("If-None-Match", condition)
                                .send()
                                .is(304)
                                .has("ETag", "\"" + digest + "\"")
                                .has("Docker-Content-Digest", digest);
                assertThat(answer.body()).isEmpty();
            }
            api.request(method, MANIFESTS + "v1").header("If-None-Match", "\"x\"").send().is(200);
        }

        @Test
        void doesNotReadAManifestThatTheClientHas() {
            TestApi unreadable =
                    new TestApi(
                            Intercepted.registry(
                                    registry,
                                    "manifest",
                                    _ -> {
                                        throw new AssertionError("read");
                                    }));
            unreadable
                    .get(MANIFESTS + "v1")
                    .header("If-None-Match", "\"" + manifest.digest() + "\"")
                    .send()
                    .is(304);
        }

        @Test
        void doesNotClaimThatAClientHasWhatIsNotThere() {
            Digest nowhere = sha256(bytes("nowhere"));
            api.get(MANIFESTS + nowhere)
                    .header("If-None-Match", "\"" + nowhere + "\"")
                    .send()
                    .isError(404, "MANIFEST_UNKNOWN");
        }
    }

    @Nested
    class Pushing {

        private final ImageBuilder image = image("pushed").pushBlobs(registry, REPOSITORY);
        private final byte[] body = bytes(image.json());
        private final Digest digest = sha256(body);

        private TestApi.Request put(String reference) {
            return api.put(MANIFESTS + reference)
                    .header("Content-Type", MediaType.OCI_MANIFEST)
                    .body(body);
        }

        @Test
        void answersWithItsDigest() {
            for (String reference : List.of("v1", digest.toString(), sha512(body).toString())) {
                Digest expected = reference.startsWith("sha512") ? Digest.of(reference) : digest;
                put(reference)
                        .send()
                        .is(201)
                        .has("Location", MANIFESTS + expected)
                        .has("Docker-Content-Digest", expected)
                        .has("Content-Length", 0)
                        .has("OCI-Subject", null)
                        .has("OCI-Tag", null);
                assertThat(api.get(MANIFESTS + expected).send().is(200).body()).isEqualTo(body);
            }
            assertThat(registry.resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(digest);
        }

        @Test
        void needsNoDeclaredLength() {
            put("v1").chunked().send().is(201);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "application/vnd.oci.image.manifest.v1+json; charset=utf-8",
                    "Application/Vnd.OCI.image.manifest.v1+JSON",
                    ""
                })
        void ignoresParametersOfTheTypeAndWorksItOutWhereItIsMissing(String type) {
            TestApi.Request request = api.put(MANIFESTS + "v1").body(body);
            (type.isEmpty() ? request : request.header("Content-Type", type)).send().is(201);
            api.head(MANIFESTS + "v1").send().has("Content-Type", MediaType.OCI_MANIFEST);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "nonsense",
                    "application/json",
                    "application/vnd.oci.image.index.v1+json",
                    "application/vnd.docker.distribution.manifest.v2+json",
                    "application/x-www-form-urlencoded",
                })
        void refusesAnotherTypeThanThatOfTheBody(String type) {
            api.put(MANIFESTS + "v1")
                    .header("Content-Type", type)
                    .body(body)
                    .send()
                    .isError(400, "MANIFEST_INVALID");
            assertNothingStored();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "[]", "{", "{}x", "{\"schemaVersion\":1}", "null", "\u0000"})
        void refusesWhatIsNoManifest(String content) {
            put("v1").body(content).send().isError(400, "MANIFEST_INVALID");
        }

        @ParameterizedTest
        @CsvSource({
            ".bad, TAG_INVALID",
            "-bad, TAG_INVALID",
            "sha256:baddigeststring, DIGEST_INVALID",
            "md5:00, DIGEST_INVALID",
        })
        void refusesWhatIsNoReference(String reference, String code) {
            put(reference).send().isError(400, code);
            assertNothingStored();
        }

        @Test
        void refusesAnotherDigestThanThatOfTheBody() {
            put(sha256(bytes("other")).toString()).send().isError(400, "DIGEST_INVALID");
            put("v1?digest=" + sha256(bytes("other"))).send().isError(400, "DIGEST_INVALID");
            assertNothingStored();
        }

        @Test
        void takesTheDigestFromTheQueryBesideATag() {
            Digest longer = sha512(body);
            put("v1?digest=" + longer).send().is(201).has("Docker-Content-Digest", longer);
            assertThat(registry.resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(longer);
        }

        @Test
        void namesEveryMissingReference() {
            ImageBuilder incomplete = image("incomplete");
            Answer answer =
                    api.put(MANIFESTS + "v1")
                            .header("Content-Type", MediaType.OCI_MANIFEST)
                            .body(incomplete.json())
                            .send()
                            .isError(400, "MANIFEST_BLOB_UNKNOWN");
            assertThat(StreamSupport.stream(answer.json().get("errors").spliterator(), false))
                    .hasSize(2)
                    .allMatch(e -> e.get("code").asString().equals("MANIFEST_BLOB_UNKNOWN"))
                    .extracting(e -> e.get("detail").asString())
                    .contains(sha256(incomplete.config()).toString());
        }

        @Test
        void namesNoMoreMissingReferencesThanAreOfUse() {
            String index =
                    IntStream.range(0, 9_000)
                            .mapToObj("{\"digest\":\"sha256:%064x\",\"size\":1}"::formatted)
                            .collect(
                                    Collectors.joining(
                                            ",", "{\"schemaVersion\":2,\"manifests\":[", "]}"));
            Answer answer =
                    api.put(MANIFESTS + "v1")
                            .header("Content-Type", MediaType.OCI_INDEX)
                            .body(index)
                            .send()
                            .isError(400, "MANIFEST_BLOB_UNKNOWN");
            assertThat(answer.json().get("errors")).hasSize(100);
        }

        @Test
        void saysThatItSawTheSubject() {
            Digest subject = sha512(bytes("nowhere"));
            Manifest about =
                    image("about").subject(subject).pushBlobs(registry, REPOSITORY).build();
            for (int i = 0; i < 2; i++) {
                api.put(MANIFESTS + about.digest())
                        .header("Content-Type", about.mediaType())
                        .body(about.content())
                        .send()
                        .is(201)
                        .has("OCI-Subject", subject);
            }
        }

        @Test
        void setsTheTagsOfTheQuery() {
            put(digest + "?tag=b&tag=a&tag=b").send().is(201).has("OCI-Tag", "b, a");
            assertThat(registry.resolve(REPOSITORY, Tag.of("a"))).isEqualTo(digest);
            assertThat(registry.resolve(REPOSITORY, Tag.of("b"))).isEqualTo(digest);
            put("v1?tag=ignored").send().is(201).has("OCI-Tag", null);
            api.head(MANIFESTS + "ignored").send().is(404);
        }

        @Test
        void takesAHundredTagsAndNotOneMore() {
            put(digest + tagQuery(101)).send().isError(414, "TAG_INVALID");
            assertNothingStored();
            put(digest + tagQuery(100)).send().is(201);
        }

        @Test
        void takesAsManyTagsAsTheHeaderOfTheAnswerHolds() {
            put(digest + longTags(47)).send().isError(414, "TAG_INVALID");
            assertNothingStored();
            String tags = put(digest + longTags(46)).send().is(201).header("OCI-Tag");
            assertThat(tags).hasSize(46 * 130 - 2);
        }

        private String longTags(int count) {
            return IntStream.range(0, count)
                    .mapToObj(i -> "tag=" + "t".repeat(Tag.MAX_LENGTH - 2) + (10 + i))
                    .collect(Collectors.joining("&", "?", ""));
        }

        private String tagQuery(int count) {
            return IntStream.range(0, count)
                    .mapToObj(i -> "tag=t" + i)
                    .collect(Collectors.joining("&", "?", ""));
        }

        @ParameterizedTest
        @ValueSource(strings = {"?tag=good&tag=.bad", "?tag=", "?tag=a%2Fb", "?tag=a+b"})
        void setsNoTagWhenOneIsBad(String query) {
            put(digest + query).send().isError(400, "TAG_INVALID");
            assertNothingStored();
        }

        @Test
        void takesFourMebibytesAndNotOneByteMore() {
            byte[] largest = padded(ManifestBodyReader.MAX_SIZE);
            byte[] tooLarge = padded(ManifestBodyReader.MAX_SIZE + 1);
            put("v1").body(tooLarge).send().isError(413, "SIZE_INVALID");
            put("v1").body(tooLarge).chunked().send().isError(413, "SIZE_INVALID");
            assertNothingStored();
            put("v1").body(largest).send().is(201);
            put("v2").body(largest).chunked().send().is(201);
            assertThat(api.get(MANIFESTS + "v2").send().body()).isEqualTo(largest);
        }

        private byte[] padded(int size) {
            String json = image.json();
            return bytes(
                    json.substring(0, json.length() - 1) + " ".repeat(size - json.length()) + "}");
        }

        private void assertNothingStored() {
            assertThat(api.get("/v2/library/app/tags/list").send().is(200).text())
                    .endsWith("\"tags\":[]}");
            for (Digest name : List.of(digest, sha512(body))) {
                api.head(MANIFESTS + name).send().is(404);
            }
        }
    }

    @Nested
    class Deleting {

        @Test
        void takesATagAlone() {
            Manifest manifest = pushImage(registry, REPOSITORY, "a", "v1", "v2");
            api.delete(MANIFESTS + "v1").send().is(202).has("Content-Length", 0);
            api.get(MANIFESTS + "v1").send().isError(404, "MANIFEST_UNKNOWN");
            api.get(MANIFESTS + "v2").send().is(200);
            api.get(MANIFESTS + manifest.digest()).send().is(200);
        }

        @Test
        void takesAManifestWithItsTags() {
            Manifest manifest = pushImage(registry, REPOSITORY, "a", "v1", "v2");
            api.delete(MANIFESTS + manifest.digest()).send().is(202);
            for (Object reference : List.of("v1", "v2", manifest.digest())) {
                api.get(MANIFESTS + reference).send().isError(404, "MANIFEST_UNKNOWN");
                api.delete(MANIFESTS + reference).send().isError(404, "MANIFEST_UNKNOWN");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void sendsALargeManifestFromWhereItIsStored(String method) {
        byte[] content =
                bytes(
                        "{\"schemaVersion\":2,\"mediaType\":\""
                                + MediaType.OCI_INDEX
                                + "\",\"manifests\":[]"
                                + " ".repeat(200_000)
                                + "}");
        Digest digest = sha256(content);
        ManifestContent stored =
                new ManifestContent() {
                    @Override
                    public long size() {
                        return content.length;
                    }

                    @Override
                    public InputStream open() {
                        return new ByteArrayInputStream(content);
                    }
                };
        Manifest large = ManifestParser.storedLarge(stored, digest);
        TestApi foreign = new TestApi(Intercepted.registry(registry, "manifest", _ -> large));
        byte[] body =
                foreign.request(method, MANIFESTS + digest)
                        .send()
                        .is(200)
                        .has("Content-Type", MediaType.OCI_INDEX)
                        .has("Content-Length", content.length)
                        .has("Docker-Content-Digest", digest)
                        .body();
        assertThat(body).isEqualTo(method.equals("GET") ? content : new byte[0]);
    }

    @Test
    void servesWhatOthersLetInAsItIs() {
        byte[] schema1 = bytes("{\"schemaVersion\":1,\"fsLayers\":[]}");
        Digest digest = sha256(schema1);
        TestApi foreign =
                new TestApi(
                        Intercepted.registry(
                                registry, "manifest", _ -> ManifestParser.stored(schema1, digest)));
        foreign.get(MANIFESTS + "old")
                .header("Accept", MediaType.OCI_MANIFEST)
                .send()
                .is(200)
                .has("Content-Type", "application/vnd.docker.distribution.manifest.v1+json")
                .has("Docker-Content-Digest", digest);
    }
}
