package io.berth.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.manifest.ManifestParser;
import io.berth.name.RepositoryName;
import io.berth.policy.ValidationSettings.Urls;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerUrlRegistryTest {

    private static final RepositoryName NAME = RepositoryName.of("windows/server");

    private final List<Manifest> pushed = new ArrayList<>();

    @Test
    void takesWhatIsAllowedAndNotDenied() {
        put(
                "https://mcr.example.com/base",
                List.of("^https://mcr[.]example[.]com/"),
                List.of("[.]exe$"));

        assertThat(pushed).hasSize(1);
    }

    @Test
    void takesEverythingThatIsNotDenied() {
        assertThatCode(() -> put("http://a.example/b", List.of(), List.of("c")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://elsewhere.example/https://good.example/",
                "https://good.example/secret",
                "ftp://good.example/",
                "//good.example/",
                "https://good.example/#part",
                "https:///good.example/",
                "https://good.example/ space"
            })
    void refusesTheRest(String url) {
        assertThatThrownBy(() -> put(url, List.of("^[a-z]*:?//good[.]example/"), List.of("secret")))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_INVALID));
        assertThat(pushed).isEmpty();
    }

    private void put(String url, List<String> allowed, List<String> denied) {
        new LayerUrlRegistry(recording(), new Urls(allowed, denied))
                .putManifest(NAME, image(url), List.of(), PutOptions.defaults());
    }

    private Registry recording() {
        return (Registry)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {Registry.class},
                        (proxy, method, arguments) -> {
                            pushed.add((Manifest) arguments[1]);
                            return null;
                        });
    }

    private static Manifest image(String url) {
        String digest = "sha256:" + "0".repeat(64);
        String body =
                """
                {"schemaVersion":2,
                 "mediaType":"application/vnd.docker.distribution.manifest.v2+json",
                 "config":{"mediaType":"application/vnd.docker.container.image.v1+json",
                           "size":2,"digest":"%1$s"},
                 "layers":[{"mediaType":
                            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                            "size":2,"digest":"%1$s","urls":["%2$s"]}]}
                """
                        .formatted(digest, url);
        return ManifestParser.pushed(body.getBytes(StandardCharsets.UTF_8), null, null);
    }
}
