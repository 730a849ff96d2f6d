package io.berth.http;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.http.TestApi.Answer;
import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.Registry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code If-None-Match} and {@code If-Match} of a push. */
class PushConditionTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String MANIFESTS = "/v2/library/app/manifests/";

    private final Registry registry = TestApi.emptyRegistry();
    private final TestApi api = new TestApi(registry);
    private final Manifest first = pushImage(registry, REPOSITORY, "first", "v1");
    private final Manifest second = image("second").pushBlobs(registry, REPOSITORY).build();

    private TestApi.Request put(String reference) {
        return api.put(MANIFESTS + reference)
                .header("Content-Type", second.mediaType())
                .body(second.content());
    }

    @Test
    void aTagThatExistsIsNotMovedByAPushThatCreates() {
        Answer refused = put("v1").header("If-None-Match", "*").send().isError(412, "DENIED");

        assertThat(refused.error().get("detail").get("tag").asString()).isEqualTo("v1");
        assertThat(refused.error().get("detail").get("digest").asString())
                .isEqualTo(first.digest().toString());
        assertThat(registry.resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(first.digest());
        put("v2").header("If-None-Match", "*").send().is(201);
        assertThat(registry.resolve(REPOSITORY, Tag.of("v2"))).isEqualTo(second.digest());
    }

    @Test
    void theETagOfAPullIsTheConditionOfAPush() {
        String etag = api.head(MANIFESTS + "v1").send().is(200).header("ETag");

        put("v2").header("If-Match", etag).send().isError(412, "DENIED");
        put("v1").header("If-Match", etag).send().is(201);
        put("v1").header("If-Match", etag).send().isError(412, "DENIED");
        assertThat(registry.resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(second.digest());
    }

    @Test
    void theDetailOfAMissingTagNamesNoDigest() {
        Answer refused =
                put("v2")
                        .header("If-Match", "\"" + first.digest() + "\"")
                        .send()
                        .isError(412, "DENIED");

        assertThat(refused.error().get("detail").toString()).isEqualTo("{\"tag\":\"v2\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "If-None-Match | D | UNSUPPORTED",
                "If-None-Match | '' | UNSUPPORTED",
                "If-Match | * | UNSUPPORTED",
                "If-Match | W/D | UNSUPPORTED",
                "If-Match | 'D, D' | UNSUPPORTED",
                "If-Match | sha256:ab | UNSUPPORTED",
                "If-Match | '' | UNSUPPORTED",
                "If-Match | \"other\" | DIGEST_INVALID",
            })
    void whatCannotBeRequiredIsRefusedAndNotPassedOver(String header, String value, String code) {
        String tag = "\"" + first.digest() + "\"";
        put("v1").header(header, value.replace("D", tag)).send().isError(400, code);
        assertThat(registry.resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(first.digest());
    }

    @Test
    void onlyOneConditionOnATagIsTaken() {
        String tag = "\"" + first.digest() + "\"";
        put("v1")
                .header("If-Match", tag)
                .header("If-None-Match", "*")
                .send()
                .isError(400, "UNSUPPORTED");
        put("v1")
                .header("If-Match", tag)
                .header("If-Match", tag)
                .send()
                .isError(400, "UNSUPPORTED");
        put(second.digest() + "?tag=v1")
                .header("If-None-Match", "*")
                .send()
                .isError(400, "UNSUPPORTED");
        assertThat(registry.resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(first.digest());
    }

    @Test
    void aManifestThatIsRefusedForItselfIsNotRefusedForItsCondition() {
        api.put(MANIFESTS + "v1")
                .header("If-None-Match", "*")
                .body("{}")
                .send()
                .isError(400, "MANIFEST_INVALID");
    }
}
