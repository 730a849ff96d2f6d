package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.ECKey;
import io.berth.access.Caller;
import io.berth.auth.oidc.TestIssuer;
import io.berth.client.RecordedRegistry;
import io.berth.config.tree.WrongSettingException;
import io.berth.registry.Registry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Tokens of workloads, and passwords beside them, behind the whole server. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class OidcOverHttpTest {

    private static final ECKey KEY = TestIssuer.ec("k");

    /** The password is "open sesame". */
    private static final String USERS =
            "alice:$2y$05$86Sw5q.ikR8iiZ3PLLXLIe./2eR4nx98sjLBMlpXw/fuhSyuRP4CG\n";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Set<String> callers = ConcurrentHashMap.newKeySet();
    private final TestIssuer issuer = new TestIssuer(KEY);
    private final TestIssuer down = new TestIssuer(KEY);
    private TestServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path users = Files.writeString(folder.resolve("users"), USERS);
        down.fail();
        Map<String, String> settings = new TreeMap<>(settings("ci", issuer));
        settings.putAll(settings("down", down));
        settings.put("auth.htpasswd.realm", "r");
        settings.put("auth.htpasswd.path", users.toString());
        server =
                TestServer.on(
                        folder.resolve("data"),
                        settings,
                        (name, bean) -> name.equals("guarded") ? recording((Registry) bean) : bean);
    }

    private static Map<String, String> settings(String name, TestIssuer issuer) {
        String prefix = "auth.oidc." + name + ".";
        return Map.of(
                prefix + "issuer",
                issuer.url(),
                prefix + "audience",
                TestIssuer.AUDIENCE,
                prefix + "name",
                "{repository}",
                prefix + "required.repository_owner",
                "acme");
    }

    @AfterAll
    void stop() {
        server.close();
        issuer.close();
        down.close();
    }

    @BeforeEach
    void forget() {
        callers.clear();
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

    private static String basic(String user, String password) {
        byte[] bytes = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(bytes);
    }

    private String token() {
        return TestIssuer.token(KEY, TestIssuer.claims(issuer.url(), Instant.now()));
    }

    private String wrongToken() {
        Map<String, Object> claims = TestIssuer.claims(issuer.url(), Instant.now());
        claims.put("repository_owner", "evil");
        return TestIssuer.token(KEY, claims);
    }

    private HttpResponse<String> send(String method, String path, String authorization)
            throws Exception {
        return send(server, method, path, authorization);
    }

    private HttpResponse<String> send(
            TestServer to, String method, String path, String authorization) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path))
                        .method(method, BodyPublishers.noBody());
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void aWorkloadPushesWithItsToken() throws Exception {
        for (String credentials :
                List.of("Bearer " + token(), basic("oidc", token()), basic("alice", token()))) {
            assertThat(send("GET", "/v2/", credentials).statusCode()).isEqualTo(200);
            assertThat(send("POST", "/v2/acme/app/blobs/uploads/", credentials).statusCode())
                    .isEqualTo(202);
        }
        assertThat(callers).containsExactly("ci:acme/app");
    }

    @Test
    void aUserOfTheFileIsStillThatUser() throws Exception {
        HttpResponse<String> opened =
                send("POST", "/v2/a/blobs/uploads/", basic("alice", "open sesame"));

        assertThat(opened.statusCode()).isEqualTo(202);
        assertThat(callers).containsExactly("alice");
    }

    @Test
    void aWrongTokenIsOfNobodyWhoeverSendsIt() throws Exception {
        for (String credentials :
                List.of(
                        "Bearer " + wrongToken(),
                        basic("oidc", wrongToken()),
                        basic("alice", wrongToken()),
                        basic("ci:acme/app", wrongToken()),
                        basic(token(), ""),
                        basic("alice", token() + "x"))) {
            HttpResponse<String> refused = send("POST", "/v2/a/blobs/uploads/", credentials);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().allValues("WWW-Authenticate"))
                    .containsExactly("Basic realm=\"r\"");
        }
        assertThat(callers).isEmpty();
    }

    @Test
    void whileTheIssuerIsDownATokenIsNotCalledWrong() throws Exception {
        String token = TestIssuer.token(KEY, TestIssuer.claims(down.url(), Instant.now()));
        for (String credentials : List.of("Bearer " + token, basic("oidc", token))) {
            HttpResponse<String> answer = send("GET", "/v2/", credentials);

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
            assertThat(answer.body()).contains("UNAVAILABLE").doesNotContain(down.url());
        }
        assertThat(send("GET", "/v2/", "Bearer " + token()).statusCode()).isEqualTo(200);
        assertThat(send("GET", "/v2/", basic("alice", "open sesame")).statusCode()).isEqualTo(200);
    }

    @Test
    void aTokenIsNeverLoggedNorAnswered(CapturedOutput output) throws Exception {
        String wrong = wrongToken();
        String forged = token().replaceAll("[^.]*$", "") + "A".repeat(86);
        String unavailable = TestIssuer.token(KEY, TestIssuer.claims(down.url(), Instant.now()));
        for (String token : List.of(wrong, forged, unavailable)) {
            for (String credentials : List.of("Bearer " + token, basic("oidc", token))) {
                assertThat(send("PUT", "/v2/a/manifests/v1", credentials).body())
                        .doesNotContain(token.substring(0, 30));
            }
            assertThat(output.getAll()).doesNotContain(token.substring(0, 30));
        }
        assertThat(output).contains("auth.oidc.ci refused a token: its claim repository_owner");
    }

    @Test
    void aStartDoesNotWaitForAnIssuer(CapturedOutput output, @TempDir Path folder)
            throws Exception {
        TestIssuer gone = new TestIssuer(KEY);
        gone.close();
        try (TestServer alone = TestServer.on(folder, settings("gone", gone))) {
            assertThat(send(alone, "GET", "/v2/", "").headers().allValues("WWW-Authenticate"))
                    .containsExactly("Basic realm=\"Registry\"");
            String token = TestIssuer.token(KEY, TestIssuer.claims(gone.url(), Instant.now()));
            assertThat(send(alone, "GET", "/v2/", "Bearer " + token).statusCode()).isEqualTo(503);
        }
        assertThat(output).contains("auth.oidc.gone: the keys of the issuer cannot be fetched: ");
    }

    /** The example of the document, with the name of this issuer. */
    @Test
    void thePolicyFileSpeaksOfWorkloads(@TempDir Path folder) throws Exception {
        String document = Files.readString(Path.of("../docs/configuration.md"));
        int begin = document.indexOf("access:\n  rules:\n    - name: jobs of main push");
        String rules = document.substring(begin, document.indexOf("```", begin));
        Map<String, String> settings = new TreeMap<>(settings("github", issuer));
        settings.put("auth.oidc.github.groups", "{repository_owner}");
        settings.put("auth.oidc.github.claims", "ref");
        settings.put("policy.file", Files.writeString(folder.resolve("policy"), rules).toString());
        try (TestServer limited = TestServer.on(folder.resolve("data"), settings)) {
            assertThat(push(limited, "acme/app", "refs/heads/main", "acme/app")).isEqualTo(202);
            assertThat(push(limited, "acme/app", "refs/heads/main", "acme/lib")).isEqualTo(202);
            assertThat(push(limited, "acme/app", "refs/heads/main", "other/app")).isEqualTo(403);
            assertThat(push(limited, "acme/app", "refs/heads/other", "acme/app")).isEqualTo(403);
            assertThat(push(limited, "acme/app", "", "acme/app")).isEqualTo(403);
            assertThat(push(limited, "acme/site", "refs/heads/other", "acme/site")).isEqualTo(202);
            assertThat(push(limited, "acme/site", "refs/heads/other", "acme/app")).isEqualTo(403);
        }
    }

    private int push(TestServer to, String job, String ref, String repository) throws Exception {
        Map<String, Object> claims = TestIssuer.claims(issuer.url(), Instant.now());
        claims.put("repository", job);
        claims.put("ref", ref);
        String token = "Bearer " + TestIssuer.token(KEY, claims);
        return send(to, "POST", "/v2/" + repository + "/blobs/uploads/", token).statusCode();
    }

    @Test
    void aFileOfKeysThatCannotBeReadEndsTheStart(@TempDir Path folder) {
        Map<String, String> settings = new TreeMap<>(settings("edge", issuer));
        settings.put("auth.oidc.edge.jwks", folder.resolve("missing").toString());

        assertThatThrownBy(() -> TestServer.on(folder.resolve("data"), settings).close())
                .hasStackTraceContaining(WrongSettingException.class.getName())
                .hasStackTraceContaining("The keys of auth.oidc.edge.jwks cannot be read: ");
    }
}
