package io.berth.security;

import static io.berth.security.AttackedServer.NOTHING;
import static io.berth.security.AttackedServer.digest;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients send does not become a file elsewhere, a header, or an address for others. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InjectionTest {

    private static final String OUTSIDE = "this file is not of the registry";
    private static final String DIGEST = digest(NOTHING);

    private Path folder;
    private AttackedServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        this.folder = folder;
        Files.writeString(folder.resolve("outside"), OUTSIDE);
        server = new AttackedServer(folder, Map.of());
        server.pushImage("a", "v1");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Set<String> filesOutside() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> !file.startsWith(server.data))
                    .map(Path::toString)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** Where a client's text goes: {@code *} is the text. */
    static Stream<String> places() {
        return Stream.of(
                "GET /v2/*/tags/list",
                "GET /v2/*/manifests/v1",
                "PUT /v2/*/manifests/v1",
                "POST /v2/*/blobs/uploads/",
                "GET /v2/a/manifests/*",
                "PUT /v2/a/manifests/*",
                "DELETE /v2/a/manifests/*",
                "GET /v2/a/blobs/*",
                "DELETE /v2/a/blobs/*",
                "GET /v2/a/referrers/*",
                "GET /v2/a/referrers/" + DIGEST + "?artifactType=*",
                "GET /v2/a/blobs/uploads/*",
                "PATCH /v2/a/blobs/uploads/*",
                "DELETE /v2/a/blobs/uploads/*",
                "PUT /v2/a/blobs/uploads/*?digest=" + DIGEST,
                "PATCH /v2/a/blobs/uploads/0b1e3f60-5b0a-4c2e-9a53-0d8f6d1c2b3a?_state=*",
                "PUT /v2/a/blobs/uploads/0b1e3f60-5b0a-4c2e-9a53-0d8f6d1c2b3a?digest=*",
                "POST /v2/a/blobs/uploads/?digest=*",
                "POST /v2/a/blobs/uploads/?digest-algorithm=*",
                "POST /v2/a/blobs/uploads/?mount=*&from=a",
                "POST /v2/a/blobs/uploads/?mount=" + DIGEST + "&from=*",
                "PUT /v2/a/manifests/v1?tag=*",
                "GET /v2/a/tags/list?n=*",
                "GET /v2/a/tags/list?last=*",
                "GET /v2/_catalog?n=*",
                "GET /v2/_catalog?last=*");
    }

    private static final List<String> TRAVERSALS =
            List.of(
                    "../outside",
                    "../../../../../../../../outside",
                    "..%2Foutside",
                    "..%2f..%2f..%2f..%2foutside",
                    "%2e%2e%2foutside",
                    "%252e%252e%252foutside",
                    "..%5coutside",
                    "..;/outside",
                    "....//outside",
                    "..%c0%afoutside",
                    "%2e%2e/%2e%2e/outside",
                    "sha256:../../outside",
                    "sha256:..%2F..%2Foutside",
                    "sha256:%2e%2e",
                    "sha256:" + "a".repeat(63) + "/",
                    "../:" + "a".repeat(64),
                    "sha256+..:" + "a".repeat(64),
                    "sha256:" + "A".repeat(64),
                    "%00",
                    "a%00../outside",
                    "/etc/passwd",
                    "file:%2F%2F%2Fetc%2Fpasswd",
                    "_berth",
                    "_uploads",
                    "a/_layers",
                    "a/_manifests/tags",
                    "con",
                    "a%0d%0aX-Evil:%201",
                    "a%0aX-Evil:%201",
                    "%E5%98%8A%E5%98%8DX-Evil:%201",
                    "%22%3E%3Cscript%3E",
                    "$%7Bjndi:ldap://127.0.0.1/a%7D",
                    "$%7B7*7%7D",
                    "%23%7B7*7%7D",
                    "';DROP%20TABLE%20a;--");

    @ParameterizedTest
    @MethodSource("places")
    @DisplayName("CVE-2024-3727 and others: traversal, and lines of a header, in every parameter")
    void aTextStaysAText(String place) throws Exception {
        Set<String> before = filesOutside();
        String all =
                server.may(
                        "repository:a:*",
                        "registry:catalog:*",
                        "repository:../outside:*",
                        "repository:..:*");
        for (String text : TRAVERSALS) {
            String[] words = place.split(" ", 2);
            Response answer = server.send(words[0], words[1].replace("*", text), all);

            assertThat(answer.status()).as("%s with %s", place, text).isLessThan(500);
            assertThat(answer.text()).doesNotContain(OUTSIDE, "root:", "49}");
            assertThat(answer.header("X-Evil")).isNull();
            answer.headers()
                    .values()
                    .forEach(value -> assertThat(value).doesNotContain("\r", "\n", "<script"));
        }
        assertThat(filesOutside()).isEqualTo(before);
    }

    private static final List<String> FORWARDED =
            List.of(
                    "X-Forwarded-Host: evil.example.com",
                    "X-Forwarded-Proto: javascript",
                    "X-Forwarded-Prefix: /evil.example.com",
                    "X-Forwarded-Port: 666",
                    "X-Forwarded-Server: evil.example.com",
                    "Forwarded: host=evil.example.com;proto=https",
                    "X-Host: evil.example.com",
                    "X-Original-URL: /v2/evil.example.com/tags/list",
                    "X-Rewrite-URL: /v2/evil.example.com/tags/list",
                    "X-HTTP-Method-Override: DELETE",
                    "X-Original-Host: evil.example.com");

    @Test
    void whatAClientForwardsIsNotBelieved() throws Exception {
        String all = server.all("a");
        for (String header : FORWARDED) {
            Response opened = server.send("POST", "/v2/a/blobs/uploads/", all + header + "\r\n");
            Response refused = server.send("GET", "/v2/a/tags/list", header + "\r\n");
            Response listed = server.send("GET", "/v2/a/tags/list", all + header + "\r\n");

            assertThat(opened.status()).as(header).isEqualTo(202);
            assertThat(listed.status()).isEqualTo(200);
            assertThat(listed.text()).contains("v1");
            for (Response response : List.of(opened, refused, listed)) {
                assertThat(response.headers().toString() + response.text())
                        .as(header)
                        .doesNotContain("evil", "javascript", "666");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example.com\",scope=\"x",
                "evil.example.com/path",
                "evil.example.com?x",
                "evil.example.com#x",
                "user@evil.example.com",
                "evil.example.com\\@a",
                "evil.example.com, other",
                "evil example.com",
                "<script>",
                "evil.example.com:port",
                "[::1",
                "evil\u0000.example.com",
                "http://evil.example.com"
            })
    @DisplayName("a Host that would continue the challenge or name another place")
    void aMalformedHost(String host) throws Exception {
        for (String start : List.of("GET /v2/", "POST /v2/a/blobs/uploads/")) {
            Response answer = redirecting().raw(start + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertThat(answer.status()).as(host).isEqualTo(400);
            assertThat(answer.headers().toString()).doesNotContain("evil");
        }
    }

    @Test
    void theRealmIsThatOfTheSettingsOrOfTheHostAlone() throws Exception {
        for (String header : FORWARDED) {
            Response answer = redirecting().send("GET", "/v2/", header + "\r\n");
            assertThat(answer.header("WWW-Authenticate"))
                    .as(header)
                    .contains("realm=\"http://registry.test/auth/token\"")
                    .doesNotContain("evil");
        }
        Response fixed = server.raw("GET /v2/ HTTP/1.1\r\nHost: evil.example.com\r\n\r\n");
        assertThat(fixed.header("WWW-Authenticate"))
                .contains("realm=\"https://auth.example.com/token\"")
                .doesNotContain("evil");
    }

    private @Nullable AttackedServer redirecting;

    /** A registry whose realm is made from the host that clients call. */
    private AttackedServer redirecting() throws IOException {
        AttackedServer started = redirecting;
        if (started == null) {
            Path other = Files.createDirectory(folder.resolve("redirecting"));
            started = new AttackedServer(other, Map.of("auth.token.autoredirect", "true"));
            redirecting = started;
        }
        return started;
    }

    @AfterAll
    void stopOther() {
        if (redirecting != null) {
            redirecting.close();
        }
    }
}
