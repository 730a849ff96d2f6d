package io.berth.http;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.index;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.http.ApiSettings.Bounds;
import io.berth.http.TestApi.Answer;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ListsTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");

    private final Registry registry = TestApi.emptyRegistry();

    private static TestApi with(Registry registry, int maxTags, int allTags, int repositories) {
        ApiSettings defaults = ApiSettings.defaults();
        return new TestApi(
                registry,
                new ApiSettings(
                        defaults.urls(),
                        defaults.manifests(),
                        new TagsSettings(maxTags),
                        new CatalogSettings(repositories + 1),
                        new Bounds(allTags, repositories, 64 << 20, 1 << 20)));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(node -> texts.add(node.asString()));
        return texts;
    }

    @Nested
    class Tags {

        private static final String TAGS = "/v2/library/app/tags/list";

        @ParameterizedTest
        @CsvSource({
            // query, tags, what the link asks for
            "'', a b c d, ",
            "?n=, a b c d, ",
            "?last=, a b c d, ",
            "?n=&last=, a b c d, ",
            "?n=2, a b, last=b&n=2",
            "?n=2&last=b, c d, ",
            "?n=1&last=b, c, last=c&n=1",
            "?last=b, c d, ",
            "?last=bb, c d, ",
            "?last=d, '', ",
            "?last=zzz, '', ",
            "?n=4, a b c d, ",
            "?n=3, a b c, last=c&n=3",
            "?n=0, '', ",
            "?n=0&last=a, '', ",
            "?n=1000, a b c d, ",
            "?n=99999999999999999999999, a b c d, ",
            "?n=02, a b, last=b&n=2",
            "?foo=%ZZ, a b c d, ",
            "?n=2&foo=%&x=%00&%=1, a b, last=b&n=2",
        })
        void comeInPages(String query, String expected, String next) {
            pushImage(registry, REPOSITORY, "a", "d", "b", "c", "a");
            Answer answer = new TestApi(registry).get(TAGS + query).send();
            answer.is(200)
                    .has("Content-Type", "application/json")
                    .has("Link", next == null ? null : "<" + TAGS + "?" + next + ">; rel=\"next\"");
            assertThat(answer.json().get("name").asString()).isEqualTo("library/app");
            assertThat(String.join(" ", texts(answer.json().get("tags")))).isEqualTo(expected);
        }

        @ParameterizedTest
        @ValueSource(strings = {"-1", "x", "1.5", "1x", "+1", "%2B1", "0x1", "%D9%A1"})
        void needANumber(String n) {
            pushImage(registry, REPOSITORY, "a", "v1");
            TestApi api = new TestApi(registry);
            api.get(TAGS + "?n=" + n).send().isError(400, "PAGINATION_NUMBER_INVALID");
            api.get("/v2/_catalog?n=" + n).send().isError(400, "PAGINATION_NUMBER_INVALID");
        }

        @ParameterizedTest
        @CsvSource({
            "n=%zz, PAGINATION_NUMBER_INVALID",
            "n=1%00, PAGINATION_NUMBER_INVALID",
            "last=%zz, TAG_INVALID",
            "last=%2F%00, TAG_INVALID",
        })
        void needAQueryThatCanBeRead(String query, String code) {
            pushImage(registry, REPOSITORY, "a", "v1");
            new TestApi(registry).get(TAGS + "?" + query).send().isError(400, code);
        }

        @Test
        void areNoMoreThanTheLimit() {
            pushImage(registry, REPOSITORY, "a", "a", "b", "c", "d");
            TestApi api = with(registry, 2, 3, 1);
            Answer clamped =
                    api.get(TAGS + "?n=3")
                            .send()
                            .is(200)
                            .has("Link", "<" + TAGS + "?last=b&n=2>; rel=\"next\"");
            assertThat(texts(clamped.json().get("tags"))).containsExactly("a", "b");
            Answer all =
                    api.get(TAGS).send().is(200).has("Link", "<" + TAGS + "?last=c>; rel=\"next\"");
            assertThat(texts(all.json().get("tags"))).containsExactly("a", "b", "c");
        }

        @Test
        void areAnEmptyListWhereAllAreGone() {
            pushImage(registry, REPOSITORY, "a");
            assertThat(new TestApi(registry).get(TAGS).send().is(200).text())
                    .isEqualTo("{\"name\":\"library/app\",\"tags\":[]}");
        }

        @Test
        void areUnknownWhereThereIsNoRepository() {
            TestApi api = new TestApi(registry);
            for (String query : new String[] {"", "?n=0", "?n=5"}) {
                api.get(TAGS + query).send().isError(404, "NAME_UNKNOWN");
                api.head(TAGS + query).send().isError(404, "NAME_UNKNOWN");
            }
        }

        @Test
        void areSaidToBeThereOnHead() {
            pushImage(registry, REPOSITORY, "a", "v1");
            TestApi api = new TestApi(registry);
            String length = api.get(TAGS).send().header("Content-Length");
            api.head(TAGS).send().is(200).has("Content-Length", length);
        }

        @Test
        void haveNoLinkAtTheEnd() {
            pushImage(registry, REPOSITORY, "a", "a", "b", "c", "d", "e");
            TestApi api = new TestApi(registry);
            List<String> found = new ArrayList<>();
            String target = TAGS + "?n=2";
            while (target != null) {
                Answer answer = api.get(target).send().is(200);
                found.addAll(texts(answer.json().get("tags")));
                assertThat(found).doesNotHaveDuplicates();
                String link = answer.response().getHeader("Link");
                target = link == null ? null : link.substring(1, link.indexOf('>'));
            }
            assertThat(found).containsExactly("a", "b", "c", "d", "e");
        }
    }

    @Nested
    class Catalog {

        @Test
        void comesInPages() {
            for (String name : List.of("b/x", "a", "a/b", "c")) {
                pushImage(registry, RepositoryName.of(name), "same", "v1");
            }
            TestApi api = with(registry, 1, 1, 2);
            Answer first =
                    api.get("/v2/_catalog")
                            .send()
                            .is(200)
                            .has("Content-Type", "application/json")
                            .has("Link", "</v2/_catalog?last=a%2Fb>; rel=\"next\"");
            assertThat(first.text()).isEqualTo("{\"repositories\":[\"a\",\"a/b\"]}");
            Answer clamped = api.get("/v2/_catalog?n=100&last=a").send().is(200).has("Link", null);
            assertThat(texts(clamped.json().get("repositories")))
                    .containsExactly("a/b", "b/x", "c");
            api.get("/v2/_catalog?n=100")
                    .send()
                    .has("Link", "</v2/_catalog?last=b%2Fx&n=3>; rel=\"next\"");
            api.head("/v2/_catalog").send().is(200);
        }

        @Test
        void needsAQueryThatCanBeRead() {
            TestApi api = new TestApi(registry);
            api.get("/v2/_catalog?last=%ff").send().isError(400, "NAME_INVALID");
            api.get("/v2/_catalog?n=%").send().isError(400, "PAGINATION_NUMBER_INVALID");
            api.get("/v2/_catalog?foo=%&n=1").send().is(200);
        }

        @Test
        void isEmptyAtFirst() {
            TestApi api = new TestApi(registry);
            for (String query : new String[] {"", "?n=0", "?n=5"}) {
                Answer answer = api.get("/v2/_catalog" + query).send().is(200).has("Link", null);
                assertThat(answer.text()).isEqualTo("{\"repositories\":[]}");
            }
        }
    }

    @Nested
    class Referrers {

        private final Digest subject = sha256(TestContent.bytes("subject"));
        private final String path = "/v2/library/app/referrers/" + subject;

        @Test
        void describeThemselves() {
            Manifest signature =
                    image("signature")
                            .artifactType("application/x.signature+json")
                            .subject(subject)
                            .annotation("by", "me")
                            .pushBlobs(registry, REPOSITORY)
                            .build();
            registry.putManifest(REPOSITORY, signature, List.of(), PutOptions.defaults());
            Manifest other = index().subject(subject).build();
            registry.putManifest(REPOSITORY, other, List.of(), PutOptions.defaults());
            TestApi api = new TestApi(registry);

            Answer all =
                    api.get(path)
                            .send()
                            .is(200)
                            .has("Content-Type", "application/vnd.oci.image.index.v1+json")
                            .has("OCI-Filters-Applied", null)
                            .has("Link", null);
            assertThat(all.json().get("schemaVersion").asInt()).isEqualTo(2);
            assertThat(all.json().get("mediaType").asString())
                    .isEqualTo(MediaType.OCI_INDEX.value());
            assertThat(all.json().get("manifests")).hasSize(2);
            for (String encoded : List.of("x.signature%2Bjson", "x.signature+json")) {
                Answer filtered =
                        api.get(path + "?foo=%&artifactType=application/" + encoded)
                                .send()
                                .is(200)
                                .has("OCI-Filters-Applied", "artifactType");
                assertThat(filtered.json().get("manifests").toString())
                        .isEqualTo(
                                "[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,\"artifactType\":\"application/x.signature+json\",\"annotations\":{\"by\":\"me\"}}]"
                                        .formatted(
                                                signature.mediaType(),
                                                signature.digest(),
                                                signature.size()));
            }
            api.head(path).send().is(200).has("Content-Length", all.body().length);
        }

        @Test
        void needAQueryThatCanBeRead() {
            TestApi api = new TestApi(registry);
            api.get(path + "?artifactType=%zz").send().isError(400, "MANIFEST_INVALID");
            api.get(path + "?last=%zz").send().isError(400, "DIGEST_INVALID");
            api.get("/v2/library/app/referrers/x").send().isError(400, "DIGEST_INVALID");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "?artifactType="})
        void areNoneOfWhatDoesNotExist(String query) {
            Answer answer =
                    new TestApi(registry)
                            .get(path + query)
                            .send()
                            .is(200)
                            .has("OCI-Filters-Applied", null);
            assertThat(answer.text())
                    .isEqualTo(
                            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[]}");
        }

        @Test
        void sayThatTheyWereFilteredEvenWhenNothingIsLeft() {
            new TestApi(registry)
                    .get(path + "?artifactType=text/x")
                    .send()
                    .is(200)
                    .has("OCI-Filters-Applied", "artifactType");
        }

        @Test
        void needADigest() {
            new TestApi(registry)
                    .get("/v2/library/app/referrers/latest")
                    .send()
                    .isError(400, "DIGEST_INVALID");
        }

        @Test
        void aPageWithoutAnyThatFitLeadsToTheNext() {
            TestApi api =
                    new TestApi(
                            Intercepted.registry(
                                    registry,
                                    "referrers",
                                    _ -> new Page<>(List.of(), true, subject.toString())));

            Answer answer = api.get(path + "?artifactType=text%2Fx").send().is(200);

            assertThat(answer.json().get("manifests")).isEmpty();
            assertThat(answer.header("Link"))
                    .isEqualTo(
                            "<%s?artifactType=text%%2Fx&last=%s>; rel=\"next\""
                                    .formatted(path, subject.toString().replace(":", "%3A")));
        }

        @Test
        void areNoneOfATypeThatIsLongerThanAnyManifestMayHave() {
            String before = "x/" + "y".repeat(MediaType.MAX_LENGTH - 2);
            TestApi api =
                    new TestApi(
                            Intercepted.registry(
                                    registry,
                                    "referrers",
                                    arguments -> {
                                        assertThat(arguments[2]).isEqualTo(before);
                                        return new Page<>(List.of(), true, subject.toString());
                                    }));

            api.get(path + "?artifactType=" + before).send().is(200).header("Link");
            Answer none =
                    api.get(path + "?artifactType=" + before + "y".repeat(9_000))
                            .send()
                            .is(200)
                            .has("OCI-Filters-Applied", "artifactType")
                            .has("Link", null);
            assertThat(none.json().get("manifests")).isEmpty();
        }

        @Test
        void arePagedWhereTheRegistryPagesThem() {
            Digest last = sha256(TestContent.bytes("last"));
            AtomicReference<Object[]> asked = new AtomicReference<>();
            Page<Descriptor> page =
                    new Page<>(
                            List.of(
                                    new Descriptor(
                                            MediaType.OCI_MANIFEST,
                                            last,
                                            7,
                                            "text/x",
                                            Map.of(),
                                            List.of(),
                                            null)),
                            true);
            TestApi api =
                    new TestApi(
                            Intercepted.registry(
                                    registry,
                                    "referrers",
                                    arguments -> {
                                        asked.set(arguments);
                                        return page;
                                    }));
            String link =
                    api.get(path + "?artifactType=text%2Fx%2By").send().is(200).header("Link");
            String encoded = last.toString().replace(":", "%3A");
            assertThat(link)
                    .isEqualTo(
                            "<"
                                    + path
                                    + "?artifactType=text%2Fx%2By&last="
                                    + encoded
                                    + ">; rel=\"next\"");
            api.get(link.substring(1, link.indexOf('>')))
                    .send()
                    .is(200)
                    .has("OCI-Filters-Applied", "artifactType");
            assertThat(asked.get()[2]).isEqualTo("text/x+y");
            assertThat(((PageRequest) asked.get()[3]).after()).isEqualTo(last.toString());
        }
    }
}
