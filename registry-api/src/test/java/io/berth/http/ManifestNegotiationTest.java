package io.berth.http;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.index;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.http.TestApi.Answer;
import io.berth.manifest.Manifest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.TestContent.ImageBuilder;
import io.berth.registry.tag.TagProtection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which manifest a client gets for what it says it takes. */
class ManifestNegotiationTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String MANIFESTS = "/v2/library/app/manifests/";

    private final Registry registry = TestApi.emptyRegistry();
    private final TestApi api = new TestApi(registry);

    private final Manifest amd64 = pushDocker("amd64");
    private final Manifest arm64 = pushDocker("arm64");
    private final Manifest list = pushList("list", amd64, arm64);

    private Manifest pushDocker(String name) {
        ImageBuilder image = image(name).docker().pushBlobs(registry, REPOSITORY);
        Manifest manifest = image.build();
        registry.putManifest(REPOSITORY, manifest, tags(name), PutOptions.defaults());
        return manifest;
    }

    private Manifest pushList(String tag, Manifest onAmd64, Manifest onArm64) {
        Manifest manifest =
                index().child(onArm64, "linux", "arm64")
                        .child(onAmd64, "linux", "amd64")
                        .docker()
                        .build();
        registry.putManifest(REPOSITORY, manifest, tags(tag), PutOptions.defaults());
        return manifest;
    }

    private TestApi with(AcceptMode mode) {
        ApiSettings defaults = ApiSettings.defaults();
        return new TestApi(
                registry,
                new ApiSettings(
                        defaults.urls(),
                        new ManifestSettings(mode, defaults.manifests().defaultPlatform()),
                        defaults.tags(),
                        defaults.catalog(),
                        defaults.bounds()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // what the client says | and gets of: OCI image | OCI index | list | image
                "NEGOTIATED |                  | image | index | list  | docker",
                "NEGOTIATED | */*              | image | index | list  | docker",
                "NEGOTIATED | application/*    | image | index | list  | docker",
                "NEGOTIATED | application/json | image | index | list  | docker",
                "NEGOTIATED | nonsense         | image | index | list  | docker",
                "NEGOTIATED | DOCKER           | 404   | 404   | child | docker",
                "NEGOTIATED | LIST             | 404   | 404   | list  | docker",
                "NEGOTIATED | IMAGE            | image | 404   | 400   | docker",
                "NEGOTIATED | INDEX            | 404   | index | 400   | docker",
                "NEGOTIATED | text/html        | 404   | 404   | 400   | docker",
                "NEGOTIATED | DOCKER,*/*       | image | index | list  | docker",
                "STRICT     |                  | 404   | 404   | 400   | docker",
                "STRICT     | */*              | 404   | 404   | 400   | docker",
                "STRICT     | DOCKER           | 404   | 404   | child | docker",
                "STRICT     | IMAGE            | image | 404   | 400   | docker",
                "STRICT     | INDEX,LIST       | 404   | index | list  | docker",
                "OFF        |                  | image | index | list  | docker",
                "OFF        | DOCKER           | image | index | list  | docker",
                "OFF        | text/html        | image | index | list  | docker",
            })
    void givesWhatTheClientTakes(
            AcceptMode mode,
            @Nullable String accept,
            String ofImage,
            String ofIndex,
            String ofList,
            String ofDocker) {
        Manifest image = pushImage(registry, REPOSITORY, "oci", "image");
        Manifest index = index(image).build();
        registry.putManifest(REPOSITORY, index, tags("index"), PutOptions.defaults());

        assertGives(mode, accept, "image", ofImage, image);
        assertGives(mode, accept, "index", ofIndex, index);
        assertGives(mode, accept, "list", ofList, list);
        assertGives(mode, accept, "amd64", ofDocker, amd64);
        // By digest nothing is ever rewritten.
        assertGives(mode, accept, list.digest().toString(), "list", list);
        assertGives(mode, accept, index.digest().toString(), ofIndex, index);
    }

    private void assertGives(
            AcceptMode mode,
            @Nullable String accept,
            String reference,
            String what,
            Manifest stored) {
        for (String method : new String[] {"GET", "HEAD"}) {
            TestApi.Request request = with(mode).request(method, MANIFESTS + reference);
            if (accept != null) {
                request.header("Accept", types(accept));
            }
            Answer answer = request.send();
            switch (what) {
                case "404" -> answer.isError(404, "MANIFEST_UNKNOWN");
                case "400" -> answer.isError(400, "MANIFEST_INVALID");
                case "child" -> assertIs(answer, amd64);
                default -> assertIs(answer, stored);
            }
        }
    }

    private static String types(String names) {
        return names.replace("DOCKER", MediaType.DOCKER_MANIFEST.value())
                .replace("LIST", MediaType.DOCKER_LIST.value())
                .replace("IMAGE", MediaType.OCI_MANIFEST.value())
                .replace("INDEX", MediaType.OCI_INDEX.value());
    }

    private static void assertIs(Answer answer, Manifest manifest) {
        answer.is(200)
                .has("Content-Type", manifest.mediaType())
                .has("Content-Length", manifest.size())
                .has("Docker-Content-Digest", manifest.digest())
                .has("ETag", "\"" + manifest.digest() + "\"");
    }

    @Test
    void readsEveryLineOfAccept() {
        TestApi.Request request = api.get(MANIFESTS + "list");
        request.header("Accept", "text/html, ;, " + MediaType.DOCKER_MANIFEST + ";q=0.9");
        request.header("Accept", "nonsense");
        request.header("Accept", MediaType.DOCKER_LIST + "; charset=utf-8");
        assertIs(request.send(), list);
    }

    @Test
    void saysWhatWasFound() {
        pushImage(registry, REPOSITORY, "oci", "image");
        Answer answer =
                api.get(MANIFESTS + "image").header("Accept", MediaType.DOCKER_MANIFEST).send();
        assertThat(answer.error().get("message").asString()).contains("OCI manifest");
    }

    @Test
    void knowsTheDigestItGaveOfAChild() {
        TestApi.Request request = api.get(MANIFESTS + "list");
        request.header("Accept", MediaType.DOCKER_MANIFEST);
        request.header("If-None-Match", "\"" + amd64.digest() + "\"");
        request.send().is(304).has("ETag", "\"" + amd64.digest() + "\"");
    }

    @Test
    void hasNothingForAPlatformThatIsNotInAList() {
        Manifest windows = index().child(amd64, "windows", "amd64").docker().build();
        registry.putManifest(REPOSITORY, windows, tags("windows"), PutOptions.defaults());
        api.get(MANIFESTS + "windows")
                .header("Accept", MediaType.DOCKER_MANIFEST)
                .send()
                .isError(404, "MANIFEST_UNKNOWN");
    }

    @Test
    void hasNothingWhenTheChildIsGone() {
        registry.deleteManifest(REPOSITORY, amd64.digest(), TagProtection.none());
        api.get(MANIFESTS + "list")
                .header("Accept", MediaType.DOCKER_MANIFEST)
                .send()
                .isError(404, "MANIFEST_UNKNOWN");
    }

    @Test
    void saysNothingOfAcceptWhereItIsNotLookedAt() {
        with(AcceptMode.OFF).get(MANIFESTS + "list").send().is(200).has("Vary", null);
    }
}
