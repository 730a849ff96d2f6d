package io.berth.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.Caller;
import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.client.RecordedRegistry;
import io.berth.config.tree.WrongSettingException;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Logins behind the whole server: every method of every path, with no, bad and right passwords. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class HtpasswdOverHttpTest {

    /** The password is "open sesame". */
    private static final String ALICE =
            "alice:$2y$05$86Sw5q.ikR8iiZ3PLLXLIe./2eR4nx98sjLBMlpXw/fuhSyuRP4CG";

    private static final String RIGHT = basic("alice:open sesame");

    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW");

    private static final String DIGEST = "sha256:" + "a".repeat(64);

    /**
     * The path of an escaped name is decoded by Tomcat and Spring; the others may be read before.
     */
    private static final List<String> PATHS =
            List.of(
                    "/v2/",
                    "/v2/_catalog",
                    "/v2/a/tags/list",
                    "/v2/%61/tags/list",
                    "/v2/a/manifests/v1",
                    "/v2/%61/manifests/v1",
                    "/v2/a/manifests/" + DIGEST,
                    "/v2/a/blobs/" + DIGEST,
                    "/v2/a/blobs/uploads/",
                    "/v2/a/blobs/uploads/0b1e3f60-5b0a-4c2e-9a53-0d8f6d1c2b3a",
                    "/v2/a/referrers/" + DIGEST);

    private final Set<String> callers = ConcurrentHashMap.newKeySet();
    private Path users;
    private TestServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        users = Files.writeString(folder.resolve("users"), ALICE + "\r\n");
        server =
                TestServer.on(
                        folder.resolve("data"),
                        settings(),
                        (name, bean) -> name.equals("guarded") ? recording((Registry) bean) : bean);
    }

    private Map<String, String> settings() {
        return Map.of(
                "auth.htpasswd.realm", "the \"registry\"", "auth.htpasswd.path", users.toString());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Registry recording(Registry registry) {
        return RecordedRegistry.of(
                registry,
                (method, _) -> {
                    if (!method.equals("isReadOnly")) {
                        callers.add(Caller.current().name());
                    }
                });
    }

    private static String basic(String credentials) {
        byte[] bytes = credentials.getBytes(StandardCharsets.UTF_8);
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(bytes) + "\r\n";
    }

    static Stream<String> requests() {
        return PATHS.stream().flatMap(path -> METHODS.stream().map(method -> method + " " + path));
    }

    /** A request that says that it has a large body, and sends none of it. */
    private Response answer(String request, String headers) throws Exception {
        String[] words = request.split(" ");
        boolean reads = words[0].equals("GET") || words[0].equals("HEAD");
        String body = reads ? "" : "Content-Length: 1000000000\r\n";
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(RawHttpConnection.head(words[0], words[1], headers + body));
            return words[0].equals("HEAD") ? http.head() : http.read();
        }
    }

    private void isUnauthorized(String request, Response answer) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate"))
                .isEqualTo("Basic realm=\"the \\\"registry\\\"\"");
        if (!request.startsWith("HEAD")) {
            assertThat(answer.text()).contains("UNAUTHORIZED");
        }
        assertThat(callers).doesNotContain("");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void withoutAPasswordThereIsNothing(String request) throws Exception {
        isUnauthorized(request, answer(request, ""));
        isUnauthorized(request, answer(request, "Expect: 100-continue\r\n"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void withABadPasswordThereIsNothing(String request) throws Exception {
        List<String> bad =
                List.of(
                        basic("alice:wrong"),
                        basic("alice:"),
                        basic("Alice:open sesame"),
                        basic("nobody:open sesame"),
                        basic(":"),
                        basic("alice"),
                        basic("alice:open sesame\0"),
                        basic("alice\0:open sesame"),
                        basic("alice:" + "x".repeat(10_000)),
                        RIGHT + RIGHT,
                        "Authorization: Bearer b3BlbiBzZXNhbWU=\r\n",
                        "Authorization: Basic\r\n");
        for (String credentials : bad) {
            isUnauthorized(request, answer(request, credentials));
        }
    }

    @ParameterizedTest
    @MethodSource("requests")
    void withTheRightPasswordEverythingIsAllowed(String request) throws Exception {
        String[] words = request.split(" ");
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            if (words[0].equals("HEAD")) {
                http.send(RawHttpConnection.head("HEAD", words[1], RIGHT));
            } else {
                http.request(words[0], words[1], RIGHT, new byte[0]);
            }
            Response answer = words[0].equals("HEAD") ? http.head() : http.read();

            assertThat(answer.status()).isNotIn(401, 403, 429).isLessThan(500);
            assertThat(answer.header("WWW-Authenticate")).isNull();
        }
    }

    @Test
    void aBlobThatIsNotThereIsNotFound() throws Exception {
        assertThat(answer("HEAD /v2/a/blobs/" + DIGEST, RIGHT).status()).isEqualTo(404);
        assertThat(answer("GET /v2/a/manifests/none", RIGHT).text()).contains("MANIFEST_UNKNOWN");
    }

    @Test
    void aBlobIsPushedAndPulledByItsUser() throws Exception {
        byte[] blob = "layer".getBytes(StandardCharsets.UTF_8);
        String digest = Digest.ofContent(HashAlgorithm.SHA256, blob).toString();
        callers.clear();
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            Response opened =
                    http.request("POST", "/v2/b/blobs/uploads/", RIGHT, new byte[0]).read();
            String upload = requireNonNull(opened.header("Location"));
            String finish = upload + (upload.contains("?") ? "&" : "?") + "digest=" + digest;

            assertThat(http.request("PUT", finish, RIGHT, blob).read().status()).isEqualTo(201);
            http.send(RawHttpConnection.head("GET", "/v2/b/blobs/" + digest, RIGHT));
            assertThat(http.read().text()).isEqualTo("layer");
        }
        assertThat(callers).containsExactly("alice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /livez",
                "GET /readyz",
                "GET /debug/health",
                "GET /",
                "OPTIONS /v2/",
                "OPTIONS /v2/a/tags/list"
            })
    void probesAndPreflightsAreOpen(String request) throws Exception {
        assertThat(answer(request, "").status()).isBetween(200, 204);
    }

    @Test
    void aPasswordIsNotLoggedNorAnswered(CapturedOutput output) throws Exception {
        List<Response> answers = new ArrayList<>();
        answers.add(answer("GET /v2/", basic("alice:a-wrong-password")));
        answers.add(answer("PUT /v2/a/manifests/v1", basic("a-wrong-name:a-wrong-password")));

        assertThat(answers).extracting(Response::text).allSatisfy(this::showsNothing);
        showsNothing(output.getAll());
    }

    private void showsNothing(String text) {
        assertThat(text).doesNotContain("a-wrong-password", "a-wrong-name", "open sesame", "$2y$");
    }

    @Test
    void aStartWithoutTheFileEndsWithAdvice(@TempDir Path folder) {
        String missing = folder.resolve("missing").toString();
        Map<String, String> settings =
                Map.of("auth.htpasswd.realm", "r", "auth.htpasswd.path", missing);

        assertThatThrownBy(() -> TestServer.on(folder.resolve("data"), settings))
                .hasRootCauseInstanceOf(NoSuchFileException.class)
                .hasStackTraceContaining(WrongSettingException.class.getName())
                .hasStackTraceContaining("htpasswd -Bbn USER PASSWORD >" + missing);
        assertThat(Path.of(missing)).doesNotExist();
    }

    @Test
    void aStartSaysWhoReachesIt(CapturedOutput output, @TempDir Path folder) {
        TestServer.on(folder, Map.of("http.addr", ":0")).close();
        assertThat(output).containsOnlyOnce("Anyone who reaches :0 can push and delete");

        TestServer.on(
                        folder,
                        Map.of(
                                "http.addr",
                                ":0",
                                "auth.htpasswd.realm",
                                "r",
                                "auth.htpasswd.path",
                                users.toString()))
                .close();
        assertThat(output)
                .containsOnlyOnce("Anyone who reaches")
                .containsOnlyOnce("Credentials reach :0 unencrypted");
    }
}
