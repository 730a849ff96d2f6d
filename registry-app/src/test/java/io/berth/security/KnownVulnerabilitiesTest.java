package io.berth.security;

import static io.berth.security.AttackedServer.basic;
import static io.berth.security.AttackedServer.bytes;
import static io.berth.security.AttackedServer.digest;
import static io.berth.security.AttackedServer.manifest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.app.TestServer;
import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.config.tree.WrongSettingException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Vulnerabilities of other registries, tried on this one. {@code docs/security.md} has them all.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KnownVulnerabilitiesTest {

    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";

    private AttackedServer server;
    private String image;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = new AttackedServer(folder, Map.of());
        image = server.pushImage("a", "v1");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    @DisplayName("CVE-2017-11468: a manifest without a bound on its size")
    void aHugeManifest() throws Exception {
        String all = server.all("a");
        for (String length : List.of("Content-Length: 100000000000", "Content-Length: 4194305")) {
            try (RawHttpConnection http = new RawHttpConnection(server.port())) {
                http.send(
                        RawHttpConnection.head("PUT", "/v2/a/manifests/x", all + length + "\r\n"));
                assertThat(http.read().status()).isEqualTo(413);
            }
        }
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(
                    RawHttpConnection.head(
                            "PUT", "/v2/a/manifests/x", all + "Transfer-Encoding: chunked\r\n"));
            for (int i = 0; i < 5; i++) {
                http.send("100000\r\n" + " ".repeat(1 << 20) + "\r\n");
            }
            assertThat(http.read().status()).isEqualTo(413);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 1_000, 100_000, 1_000_000})
    @DisplayName("a manifest that is nested so deep that its parser gives up")
    void aDeepManifest(int depth) throws Exception {
        String deep = "{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
        String annotated =
                manifest(digest(bytes("{}")))
                        .replace("\"layers\":[]", "\"layers\":[],\"x\":" + deep);

        for (String body : List.of(deep, annotated)) {
            Response answer = server.putManifest("a", "deep", server.all("a"), body);
            assertThat(answer.status()).isIn(201, 400);
        }
        assertThat(server.send("GET", "/v2/a/manifests/v1", server.all("a")).status())
                .isEqualTo(200);
    }

    private void isConfused(String type, String manifest) throws Exception {
        Response answer =
                server.putManifest(
                        "a", "x", server.all("a") + "Content-Type: " + type + "\r\n", manifest);
        assertThat(answer.status()).as("%s: %s", type, manifest).isEqualTo(400);
        assertThat(answer.text()).contains("MANIFEST_INVALID");
    }

    @Test
    @DisplayName("CVE-2021-41190: a manifest that others take for an index")
    void aManifestOfTwoTypes() throws Exception {
        String right = manifest(digest(bytes("{}")));
        String index = right.replace(IMAGE, INDEX);
        String both = right.replace("\"layers\":[]", "\"layers\":[],\"manifests\":[]");
        String bothAsIndex = both.replace(IMAGE, INDEX);
        String untyped = both.replace("\"mediaType\":\"" + IMAGE + "\",", "");
        assertThat(untyped).isNotEqualTo(both);

        isConfused(INDEX, right);
        isConfused(IMAGE, index);
        isConfused(INDEX, index);
        for (String type : List.of(IMAGE, INDEX)) {
            isConfused(type, both);
            isConfused(type, bothAsIndex);
            isConfused(type, untyped);
        }
        isConfused(IMAGE, right.replace(IMAGE, IMAGE + "\",\"mediaType\":\"" + INDEX));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "99999999999999999999",
                "9223372036854775807",
                "2147483648",
                "2147483647",
                "1000000000",
                "-1",
                "1e9",
                "0x7fffffff",
                "+5",
                "5.5",
                "%00",
                "1,2"
            })
    @DisplayName("CVE-2023-2253: a page of more entries than the memory holds")
    void aHugePage(String n) throws Exception {
        String catalog = server.may("registry:catalog:*");
        String all = server.all("a");
        for (Response answer :
                List.of(
                        server.send("GET", "/v2/_catalog?n=" + n, catalog),
                        server.send("GET", "/v2/a/tags/list?n=" + n, all),
                        server.send("GET", "/v2/a/referrers/" + image + "?n=" + n, all))) {
            assertThat(answer.status()).isIn(200, 400);
            assertThat(answer.body().length).isLessThan(10_000);
        }
    }

    @Test
    @DisplayName("CVE-2026-41888: a tag is deleted although deletes are off")
    void aDeleteThatIsOff(@TempDir Path folder) throws Exception {
        try (AttackedServer off =
                new AttackedServer(folder, Map.of("storage.delete.enabled", "false"))) {
            String manifest = off.pushImage("a", "v1");
            String config = digest(bytes("{}"));
            String all = off.may("repository:a:*");
            for (String target :
                    List.of(
                            "/v2/a/manifests/v1",
                            "/v2/a/manifests/" + manifest,
                            "/v2/a/blobs/" + config)) {
                assertThat(off.send("DELETE", target, all).status()).as(target).isEqualTo(405);
                assertThat(off.send("DELETE", target, basic("alice", "open sesame")).status())
                        .isEqualTo(405);
                assertThat(off.send("GET", target, all).status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/",
                "/v2",
                "/v2/_catalog",
                "/v2/_catalog/",
                "//v2/_catalog",
                "/v2//_catalog",
                "/v2/./_catalog",
                "/v2/a/../_catalog",
                "/v2/%5fcatalog",
                "/v2/_%63atalog",
                "/v2/_catalog?n=1",
                "/v2/_catalog;a=b",
                "/v2/_catalog.json",
                "/v2/_catalog%20",
                "/v2/_catalog%00",
                "/V2/_CATALOG",
                "/v2/../v2/_catalog",
                "/;/v2/_catalog",
                "http://registry.test/v2/_catalog",
                "/v2/a/tags/list",
                "/v2/a/tags/list/",
                "/v2/%61/tags/list",
                "/v2//a/tags/list",
                "/v2/a/manifests/v1",
                "/v2/a/manifests/v1/",
                "/v2/a//manifests/v1",
                "/v2/a/manifests/v1?x=/livez",
                "/livez/../v2/a/tags/list",
                "/readyz;/../v2/a/tags/list",
                "/debug/health/../../v2/a/tags/list"
            })
    @DisplayName(
            "CVE-2020-29662, CVE-2026-27771, CVE-2022-46463: something private without credentials")
    void nothingWithoutCredentials(String target) throws Exception {
        for (String method : List.of("GET", "HEAD", "POST", "OPTIONS", "TRACE", "get", "GETX")) {
            Response answer = server.send(method, target, "");
            assertThat(answer.status())
                    .as("%s %s", method, target)
                    .satisfies(
                            status ->
                                    assertThat(
                                                    status == 401
                                                            || status >= 400
                                                            || isPreflight(method))
                                            .isTrue());
            assertThat(answer.text()).doesNotContain("\"v1\"", "repositories", "schemaVersion");
        }
    }

    private static boolean isPreflight(String method) {
        return method.equals("OPTIONS");
    }

    @Test
    @DisplayName("CVE-2026-4404: a password that everyone knows")
    void noDefaultPassword(@TempDir Path folder) throws Exception {
        for (String user : List.of("admin", "root", "docker", "registry", "harbor", "alice", "")) {
            for (String password :
                    List.of("", user, "admin", "password", "Harbor12345", "docker")) {
                assertThat(server.send("GET", "/v2/", basic(user, password)).status())
                        .isEqualTo(401);
            }
        }
        Map<String, String> withoutUsers =
                Map.of("auth.htpasswd.realm", "r", "auth.htpasswd.path", folder + "/none");
        assertThatThrownBy(() -> TestServer.on(folder.resolve("data"), withoutUsers).close())
                .hasStackTraceContaining(WrongSettingException.class.getName());
    }

    @Test
    @DisplayName("CVE-2019-16097 and others: an answer that tells which users there are")
    void noAnswerTellsWhichUsersThereAre() throws Exception {
        for (String target : List.of("/v2/", "/v2/a/tags/list", "/v2/none/tags/list")) {
            Response known = server.send("GET", target, basic("alice", "wrong"));
            Response unknown = server.send("GET", target, basic("mallory", "wrong"));

            assertThat(known.status()).isEqualTo(401).isEqualTo(unknown.status());
            assertThat(known.text()).isEqualTo(unknown.text());
            for (String header : known.headers().keySet()) {
                if (!header.equals("date") && !header.equals("x-request-id")) {
                    assertThat(known.header(header)).isEqualTo(unknown.header(header));
                }
            }
            assertThat(known.headers().keySet()).isEqualTo(unknown.headers().keySet());
        }
    }

    @Test
    @DisplayName("a refusal that tells which repositories there are")
    void noRefusalTellsWhichRepositoriesThereAre() throws Exception {
        for (String rest : List.of("/tags/list", "/manifests/v1", "/blobs/" + image)) {
            for (String credentials : List.of("", server.all("other"))) {
                Response known = server.send("GET", "/v2/a" + rest, credentials);
                Response unknown = server.send("GET", "/v2/b" + rest, credentials);

                assertThat(known.status()).isEqualTo(401).isEqualTo(unknown.status());
                assertThat(known.text().replace("\"a\"", "\"b\"")).isEqualTo(unknown.text());
            }
        }
    }

    @Test
    @DisplayName("CVE-2020-15157: the registry asks the address of a layer, or sends clients there")
    void theAddressOfALayer() throws Exception {
        try (ServerSocket elsewhere = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + elsewhere.getLocalPort() + "/layer";
            String layer = digest(bytes("elsewhere"));
            String manifest =
                    manifest(digest(bytes("{}")))
                            .replace(
                                    "\"layers\":[]",
                                    ("\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer"
                                                    + ".nondistributable.v1.tar+gzip\",\"digest\":"
                                                    + "\"%s\",\"size\":9,\"urls\":[\"%s\"]}]")
                                            .formatted(layer, url));
            String all = server.all("a");
            int pushed = server.putManifest("a", "foreign", all, manifest).status();
            Response asked = server.send("GET", "/v2/a/blobs/" + layer, all);

            assertThat(pushed).isIn(201, 400);
            assertThat(asked.status()).isEqualTo(404);
            assertThat(asked.header("Location")).isNull();
            elsewhere.setSoTimeout(500);
            assertThatThrownBy(elsewhere::accept).hasMessageContaining("timed out");
        }
    }

    @Test
    @DisplayName("CVE-2026-33540, CVE-2026-2376: a cache that follows its upstream anywhere")
    void aCacheEndsTheStart(@TempDir Path folder) {
        Map<String, String> proxy = Map.of("proxy.remoteurl", "https://registry-1.docker.io");

        assertThatThrownBy(() -> TestServer.on(folder, proxy).close())
                .hasStackTraceContaining("proxy.remoteurl");
    }
}
