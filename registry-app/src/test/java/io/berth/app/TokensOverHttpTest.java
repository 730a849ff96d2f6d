package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.berth.auth.token.TestTokens;
import io.berth.config.tree.WrongSettingException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of another service, and passwords beside them, behind the whole server. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokensOverHttpTest {

    private static final String USERS =
            "alice:$2y$05$86Sw5q.ikR8iiZ3PLLXLIe./2eR4nx98sjLBMlpXw/fuhSyuRP4CG\n";

    private final HttpClient http = HttpClient.newHttpClient();
    private ECKey key;
    private Map<String, String> settings;
    private TestServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
        Path keys = Files.writeString(folder.resolve("keys"), new JWKSet(key).toString());
        Path users = Files.writeString(folder.resolve("users"), USERS);
        settings = new TreeMap<>();
        settings.put("auth.token.realm", TestTokens.REALM);
        settings.put("auth.token.service", TestTokens.SERVICE);
        settings.put("auth.token.issuer", TestTokens.ISSUER);
        settings.put("auth.token.jwks", keys.toString());
        settings.put("auth.htpasswd.realm", "r");
        settings.put("auth.htpasswd.path", users.toString());
        server = TestServer.on(folder.resolve("data"), settings);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String token(String... scopes) throws Exception {
        List<Map<String, Object>> access = new ArrayList<>();
        for (String scope : scopes) {
            String[] parts = scope.split(":");
            access.add(TestTokens.access(parts[0], parts[1], parts[2].split(",")));
        }
        Map<String, Object> claims = TestTokens.claims("bob", Instant.now().plusSeconds(60));
        claims.put("access", access);
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build();
        return "Bearer " + TestTokens.signed(header, new ECDSASigner(key), claims);
    }

    private HttpResponse<String> send(String method, String path, String... authorization)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .method(method, BodyPublishers.noBody());
        for (String value : authorization) {
            request.header("Authorization", value);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void bothWaysAreOfferedTokensFirst() throws Exception {
        HttpResponse<String> refused = send("GET", "/v2/");

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().allValues("WWW-Authenticate"))
                .containsExactly(
                        "Bearer realm=\"https://auth.example.com/token\","
                                + "service=\"registry.example.com\"",
                        "Basic realm=\"r\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    POST   | /v2/a/blobs/uploads/    | repository:a:pull,push | 202
                    POST   | /v2/a/blobs/uploads/    | repository:a:push      | 401
                    POST   | /v2/a/blobs/uploads/    | repository:a:pull      | 401
                    POST   | /v2/a/blobs/uploads/    | repository:b:pull,push | 401
                    GET    | /v2/a/manifests/v1      | repository:a:pull      | 404
                    GET    | /v2/a/manifests/v1      | repository:a:*         | 404
                    GET    | /v2/a/manifests/v1      | repository:a:delete    | 401
                    DELETE | /v2/a/manifests/v1      | repository:a:delete    | 404
                    DELETE | /v2/a/manifests/v1      | repository:a:pull,push | 401
                    GET    | /v2/_catalog            | registry:catalog:*     | 200
                    GET    | /v2/_catalog            | repository:catalog:*   | 401
                    GET    | /v2/_catalog            | repository:a:pull      | 401
                    GET    | /v2/                    | repository:a:pull      | 200
                    """)
    void eachRequestNeedsItsGrant(String method, String path, String scope, int status)
            throws Exception {
        HttpResponse<String> response = send(method, path, token(scope));

        assertThat(response.statusCode()).isEqualTo(status);
        if (status == 401) {
            assertThat(response.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .endsWith(",error=\"insufficient_scope\"");
        }
    }

    @Test
    void aTokenThatIsWrongIsToldSo() throws Exception {
        HttpResponse<String> response = send("GET", "/v2/", "Bearer a.b.c");

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate").orElseThrow())
                .endsWith(",error=\"invalid_token\"");
    }

    @Test
    void aPasswordIsTakenBesideTokens() throws Exception {
        String right =
                "Basic " + Base64.getEncoder().encodeToString("alice:open sesame".getBytes());
        String wrong = "Basic " + Base64.getEncoder().encodeToString("alice:x".getBytes());

        assertThat(send("POST", "/v2/a/blobs/uploads/", right).statusCode()).isEqualTo(202);
        assertThat(send("POST", "/v2/a/blobs/uploads/", wrong).statusCode()).isEqualTo(401);
        assertThat(send("GET", "/v2/", right, right).statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"keys\": []}", "-----BEGIN CERTIFICATE-----", "\u0000"})
    void keysThatCannotBeReadEndTheStart(String content, @TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("wrong"), content);
        for (String name : List.of("auth.token.jwks", "auth.token.rootcertbundle")) {
            Map<String, String> wrong = new TreeMap<>(settings);
            wrong.put(name, file.toString());
            assertThatThrownBy(() -> TestServer.on(folder.resolve("data"), wrong).close())
                    .as(name)
                    .hasStackTraceContaining(
                            WrongSettingException.class.getName() + ": " + name + " is " + file);
        }
    }
}
