package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.http.route.UrlSettings;
import io.berth.server.DebugSettings;
import io.berth.server.ListenAddress;
import io.berth.server.ServerSettings;
import io.berth.server.connection.LimitSettings;
import io.berth.server.tls.ClientAuth;
import io.berth.server.tls.MinimumTls;
import io.berth.server.tls.TlsSettings;
import io.berth.setting.ByteSize;
import io.berth.setting.GoDuration;
import io.berth.setting.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSettingsTest {

    private static final Map<String, String> LIMITS =
            Map.of(
                    "http.limits.connections", "1",
                    "http.limits.requests", "2",
                    "http.limits.connectionsperclient", "3",
                    "http.limits.requestsperclient", "4",
                    "http.limits.headertime", "5s",
                    "http.limits.idletime", "6s",
                    "http.limits.stalltime", "7s",
                    "http.limits.stallbytes", "8");

    @Test
    void hasDefaults() {
        assertThat(Settings.defaults().http())
                .isEqualTo(
                        new HttpSettings(
                                new ServerSettings(
                                        new ListenAddress("127.0.0.1", 5000),
                                        GoDuration.of("30s"),
                                        GoDuration.of("5s"),
                                        64,
                                        new LimitSettings(
                                                0,
                                                0,
                                                0,
                                                0,
                                                GoDuration.of("30s"),
                                                GoDuration.of("620s"),
                                                GoDuration.of("2m"),
                                                ByteSize.of("60KiB")),
                                        Map.of(),
                                        new TlsSettings(
                                                null,
                                                null,
                                                List.of(),
                                                null,
                                                MinimumTls.of("tls1.2"),
                                                List.of()),
                                        new DebugSettings(null)),
                                new UrlSettings(null, true, false, "/"),
                                null));
    }

    @Test
    void takesEveryValue() {
        Map<String, String> values = new HashMap<>(LIMITS);
        values.put("http.addr", ":5001");
        values.put("http.host", "https://registry.example.com/a");
        values.put("http.prefix", "/registry/");
        values.put("http.secret", "of all replicas");
        values.put("http.relativeurls", "false");
        values.put("http.trustforwarded", "true");
        values.put("http.draintimeout", "1m");
        values.put("http.stopdelay", "2s");
        values.put("http.maxthreads", "20");
        values.put("http.headers.x-one", "[1, 2]");
        values.put("http.debug.addr", ":5002");
        values.put("http.tls.certificate", "/c");
        values.put("http.tls.key", "/k");
        values.put("http.tls.clientcas", "[/a, /b]");
        values.put("http.tls.clientauth", "request-client-cert");
        values.put("http.tls.minimumtls", "tls1.3");
        values.put("http.tls.ciphersuites", "[TLS_AES_256_GCM_SHA384]");

        assertThat(Settings.withAll("http", values).http())
                .isEqualTo(
                        new HttpSettings(
                                new ServerSettings(
                                        new ListenAddress(null, 5001),
                                        GoDuration.of("1m"),
                                        GoDuration.of("2s"),
                                        20,
                                        new LimitSettings(
                                                1,
                                                2,
                                                3,
                                                4,
                                                GoDuration.of("5s"),
                                                GoDuration.of("6s"),
                                                GoDuration.of("7s"),
                                                new ByteSize(8)),
                                        Map.of("x-one", List.of("1", "2")),
                                        new TlsSettings(
                                                Path.of("/c"),
                                                Path.of("/k"),
                                                List.of(Path.of("/a"), Path.of("/b")),
                                                ClientAuth.REQUEST_CLIENT_CERT,
                                                MinimumTls.of("tls1.3"),
                                                List.of("TLS_AES_256_GCM_SHA384")),
                                        new DebugSettings(new ListenAddress(null, 5002))),
                                new UrlSettings(
                                        URI.create("https://registry.example.com/a"),
                                        false,
                                        true,
                                        "/registry"),
                                new Secret("of all replicas")));
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
        "http.maxthreads, 10001",
        "http.limits.connections, -1",
        "http.limits.requests, 1000001",
        "http.limits.connectionsperclient, -1",
        "http.limits.requestsperclient, -1",
        "http.limits.headertime, 0",
        "http.limits.idletime, 25h",
        "http.limits.stalltime, 0"
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
                .hasMessageContaining(") holds a user or a password")
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
