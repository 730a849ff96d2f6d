package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSettingsTest {

    @Test
    void hasDefaults() {
        assertThat(Settings.defaults().http())
                .isEqualTo(
                        new HttpSettings(
                                new ListenAddress("127.0.0.1", 5000),
                                null,
                                "/",
                                null,
                                true,
                                false,
                                GoDuration.of("30s"),
                                200,
                                Map.of()));
    }

    @Test
    void takesEveryValue() {
        assertThat(
                        Settings.withAll(
                                        "http",
                                        Map.of(
                                                "http.addr",
                                                ":5001",
                                                "http.host",
                                                "https://registry.example.com/a",
                                                "http.prefix",
                                                "/registry/",
                                                "http.secret",
                                                "of all replicas",
                                                "http.relativeurls",
                                                "false",
                                                "http.trustforwarded",
                                                "true",
                                                "http.draintimeout",
                                                "1m",
                                                "http.maxthreads",
                                                "20",
                                                "http.headers.x-one",
                                                "[1, 2]"))
                                .http())
                .isEqualTo(
                        new HttpSettings(
                                new ListenAddress(null, 5001),
                                URI.create("https://registry.example.com/a"),
                                "/registry/",
                                new Secret("of all replicas"),
                                false,
                                true,
                                GoDuration.of("1m"),
                                20,
                                Map.of("x-one", List.of("1", "2"))));
    }

    @ParameterizedTest
    @CsvSource({
        "http.host, registry.example.com",
        "http.host, ftp://registry.example.com",
        "http.host, https://registry.example.com/?a",
        "http.prefix, registry",
        "http.prefix, /a//b",
        "http.prefix, /a/../b d",
        "http.maxthreads, 0",
        "http.maxthreads, 10001"
    })
    void refuses(String name, String value) {
        assertThatThrownBy(() -> Settings.with(Map.of(name, value)))
                .hasStackTraceContaining(name + " is " + value + ", but must be ");
    }

    @Test
    void refusesHeadersThatWouldEndALine() {
        assertThatThrownBy(() -> Settings.with(Map.of("http.headers.x-one[0]", "a\r\nb: c")))
                .hasStackTraceContaining("http.headers.x-one is ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "transfer-encoding", "Docker-Content-Digest"})
    void refusesHeadersThatDescribeOneAnswer(String name) {
        assertThatThrownBy(() -> Settings.with(Map.of("http.headers." + name, "1")))
                .hasMessageContaining("http.headers has " + name)
                .hasMessageContaining("remove it");
    }

    @Test
    void refusesHeadersThatHaveNoName() {
        assertThatThrownBy(() -> Settings.with(Map.of("http.headers[a b]", "1")))
                .hasMessageContaining("http.headers is a b, but must be named as HTTP allows");
    }

    @Test
    void refusesAHostWithCredentialsWithoutShowingThem() {
        assertThatThrownBy(() -> Settings.with(Map.of("http.host", "https://me:keep-me@h")))
                .hasMessageContaining("http.host names a user or a password")
                .hasMessageNotContaining("keep-me");
    }

    @Test
    void takesAnEmptySecretForNone() {
        assertThat(Settings.with(Map.of("http.secret", " ")).http().secret()).isNull();
    }

    @Test
    void doesNotShowTheSecret() {
        assertThat(Settings.with(Map.of("http.secret", "of all replicas")).toString())
                .contains("secret=(not shown)")
                .doesNotContain("of all replicas");
    }
}
