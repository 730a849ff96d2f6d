package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import io.berth.config.tree.WrongSettingException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The token service behind the whole server. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenServiceOverHttpTest {

    private static final String PASSWORD = "open sesame";
    private static final String HASH =
            "$2y$05$86Sw5q.ikR8iiZ3PLLXLIe./2eR4nx98sjLBMlpXw/fuhSyuRP4CG";

    /** Of "another". */
    private static final String OTHER_HASH =
            "$2y$05$rb28rquLRlbushxz8JdSIeoUDaKjB9BpDlwHBSU0JGYzmfG2OvG66";

    private static final String SERVICE = "registry.example.com";
    private static final int MAX_BODY = 8 * 1024;

    private final HttpClient http = HttpClient.newHttpClient();
    private Path users;
    private Map<String, String> settings;
    private TestServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        users = Files.writeString(folder.resolve("users"), "alice:" + HASH + "\n");
        settings = new TreeMap<>();
        settings.put("auth.tokenservice.service", SERVICE);
        settings.put("auth.tokenservice.refreshlifetime", "24h");
        settings.put("auth.htpasswd.realm", "r");
        settings.put("auth.htpasswd.path", users.toString());
        server = TestServer.on(folder.resolve("data"), settings);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private HttpResponse<String> send(String method, String path, String... authorization)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url(path)).method(method, BodyPublishers.noBody());
        for (String value : authorization) {
            request.header("Authorization", value);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    private static String basic(String user, String password) {
        byte[] text = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(text);
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    private HttpResponse<String> post(String form) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(url("/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private static String form(String... namesAndValues) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.append(form.isEmpty() ? "" : "&").append(namesAndValues[i]).append('=');
            form.append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8));
        }
        return form.toString();
    }

    private static JsonNode claims(String token) throws Exception {
        return JsonMapper.shared().readTree(JWSObject.parse(token).getPayload().toString());
    }

    private String token(String query, String... authorization) throws Exception {
        HttpResponse<String> response = send("GET", "/token?" + query, authorization);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response).get("token").asString();
    }

    private String alice(String query) throws Exception {
        return token(query, basic("alice", PASSWORD));
    }

    private int status(String method, String path, String token) throws Exception {
        return send(method, path, "Bearer " + token).statusCode();
    }

    @Test
    void theChallengeNamesTheServiceAlone() throws Exception {
        String realm = "Bearer realm=\"" + url("/token") + "\",service=\"" + SERVICE + "\"";

        assertThat(send("GET", "/v2/").headers().allValues("WWW-Authenticate"))
                .containsExactly(realm);
        assertThat(send("GET", "/v2/a/b/manifests/v1").headers().allValues("WWW-Authenticate"))
                .containsExactly(realm + ",scope=\"repository:a/b:pull\"");
    }

    /** The host of the request comes back to its own client only, and only if it is one. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    other.example.com:8443         |                | http://other.example.com:8443/token
                    a.example.com                  | evil.example   | http://a.example.com/token
                    a"b                            |                | /token
                    a@b                            |                | /token
                    a/b                            |                | /token
                    """)
    void theRealmIsThatOfTheHostThatWasCalled(String host, String forwarded, String realm)
            throws Exception {
        String header = forwarded == null ? "" : "X-Forwarded-Host: " + forwarded + "\r\n";
        String answer = raw("GET /v2/ HTTP/1.1\r\nHost: " + host + "\r\n" + header);

        if (answer.startsWith("HTTP/1.1 401")) {
            assertThat(answer).contains("Bearer realm=\"" + realm + "\"");
        } else {
            assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("realm");
        }
    }

    private String raw(String header) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write(
                            (header + "Connection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aLoginIsAnsweredWithATokenThatTheRegistryTakes() throws Exception {
        HttpResponse<String> response =
                send(
                        "GET",
                        "/token?account=alice&client_id=docker&service=" + SERVICE,
                        basic("alice", PASSWORD));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode answer = json(response);
        assertThat(answer.get("token")).isEqualTo(answer.get("access_token"));
        assertThat(answer.get("expires_in").asInt()).isEqualTo(300);
        assertThat(answer.get("issued_at").asString()).matches("2\\d{3}-.*Z");
        assertThat(answer.has("refresh_token")).isFalse();
        assertThat(status("GET", "/v2/", answer.get("token").asString())).isEqualTo(200);
    }

    @Test
    void aTokenReadsAsInTheSpecification() throws Exception {
        String token = alice("scope=repository:a/b:push,pull+registry:catalog:*");
        JsonNode claims = claims(token);

        assertThat(claims.get("iss").asString()).isEqualTo("berth");
        assertThat(claims.get("sub").asString()).isEqualTo("alice");
        assertThat(claims.get("aud").asString()).isEqualTo(SERVICE);
        assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(300);
        assertThat(claims.get("iat").asLong() - claims.get("nbf").asLong()).isEqualTo(10);
        assertThat(claims.get("jti").asString()).hasSize(22);
        assertThat(claims.get("access").toString())
                .isEqualTo(
                        "[{\"type\":\"repository\",\"name\":\"a/b\",\"actions\":[\"pull\",\"push\"]},"
                                + "{\"type\":\"registry\",\"name\":\"catalog\",\"actions\":[\"*\"]}]");
        assertThat(token.length()).isLessThan(2048);
        assertThat(claims(alice("")).get("jti")).isNotEqualTo(claims.get("jti"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    scope=repository:a:pull&scope=repository:a:push,pull | repository:a:pull,push
                    scope=repository:a:pull%20repository:b:pull          | repository:a:pull repository:b:pull
                    scope=repository:a:*                                 | repository:a:delete,pull,push
                    scope=repository(plugin):a:pull                      | repository(plugin):a:pull
                    scope=registry:catalog:*                             | registry:catalog:*
                    scope=repository:a:fly,pull                          | repository:a:pull
                    scope=repository:a:create                            | ''
                    scope=repository:A:pull                              | ''
                    scope=repository:localhost:5000/a:pull               | ''
                    scope=registry:other:*                               | ''
                    scope=thing:a:pull                                   | ''
                    scope=repository:a:                                  | ''
                    scope=repository                                     | ''
                    scope=%20                                            | ''
                    scope=                                               | ''
                    """)
    void whatIsAskedForIsMergedAndTheRestIsLeftOut(String query, String granted) throws Exception {
        HttpResponse<String> response = send("GET", "/token?" + query, basic("alice", PASSWORD));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).get("scope").asString()).isEqualTo(granted);
    }

    @Test
    void aTokenAllowsWhatItGrants() throws Exception {
        String pull = alice("scope=repository:a:pull");
        String push = alice("scope=repository:a:pull,push");

        assertThat(status("POST", "/v2/a/blobs/uploads/", push)).isEqualTo(202);
        assertThat(status("POST", "/v2/a/blobs/uploads/", pull)).isEqualTo(401);
        assertThat(status("GET", "/v2/a/manifests/v1", pull)).isEqualTo(404);
        assertThat(status("GET", "/v2/b/manifests/v1", pull)).isEqualTo(401);
        assertThat(status("GET", "/v2/_catalog", alice("scope=registry:catalog:*"))).isEqualTo(200);
        assertThat(send("POST", "/v2/a/blobs/uploads/", "Bearer " + pull).headers().map())
                .extractingByKey("www-authenticate")
                .asString()
                .contains("scope=\"repository:a:pull,push\",error=\"insufficient_scope\"");
    }

    @Test
    void anAnonymousClientGetsATokenOfNothing() throws Exception {
        String token = token("scope=repository:a:pull,push&service=" + SERVICE);

        assertThat(claims(token).get("sub").asString()).isEmpty();
        assertThat(claims(token).get("access")).isEmpty();
        assertThat(status("GET", "/v2/a/manifests/v1", token)).isEqualTo(401);
    }

    @Test
    void passwordsAreTakenBesideTokens() throws Exception {
        assertThat(send("GET", "/v2/", basic("alice", PASSWORD)).statusCode()).isEqualTo(200);
        assertThat(send("GET", "/v2/", basic("alice", "x")).statusCode()).isEqualTo(401);
    }

    @Test
    void wrongCredentialsAreAllTheSame() throws Exception {
        HttpResponse<String> wrong = send("GET", "/token", basic("alice", "x"));
        HttpResponse<String> unknown = send("GET", "/token", basic("nobody", PASSWORD));

        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.headers().firstValue("WWW-Authenticate"))
                .hasValue("Basic realm=\"" + SERVICE + "\"");
        assertThat(json(wrong).get("errors").get(0).get("code").asString())
                .isEqualTo("UNAUTHORIZED");
        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(unknown.body()).isEqualTo(wrong.body());
        for (String other : List.of("Bearer x", "Basic !", "Digest a=b")) {
            HttpResponse<String> response = send("GET", "/token", other);
            assertThat(response.statusCode()).as(other).isEqualTo(401);
            assertThat(response.body()).isEqualTo(wrong.body());
        }
    }

    @Test
    void aTokenOfAnotherServiceIsNotIssued() throws Exception {
        assertThat(send("GET", "/token?service=other", basic("alice", PASSWORD)).statusCode())
                .isEqualTo(400);
    }

    @Test
    void aPasswordIsExchanged() throws Exception {
        HttpResponse<String> response =
                post(
                        form(
                                "grant_type", "password",
                                "username", "alice",
                                "password", PASSWORD,
                                "service", SERVICE,
                                "client_id", "oras-go",
                                "scope", "repository:a:pull repository:b:pull"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).get("scope").asString())
                .isEqualTo("repository:a:pull repository:b:pull");
        assertThat(json(response).has("refresh_token")).isFalse();
        assertThat(status("GET", "/v2/b/tags/list", json(response).get("access_token").asString()))
                .isEqualTo(404);
    }

    @Test
    void whatIsNoFormOfOAuthIsRefused() throws Exception {
        String right = form("grant_type", "password", "username", "alice", "password", PASSWORD);
        String wrong = form("grant_type", "password", "username", "alice", "password", "x");

        assertThat(post(wrong).statusCode()).isEqualTo(401);
        assertThat(json(post(wrong)).get("error").asString()).isEqualTo("invalid_grant");
        assertThat(post("").statusCode()).isEqualTo(400);
        assertThat(post("a=%ZZ").statusCode()).isEqualTo(400);
        assertThat(post(form("grant_type", "password", "username", "alice")).statusCode())
                .isEqualTo(400);
        assertThat(json(post(form("grant_type", "implicit"))).get("error").asString())
                .isEqualTo("unsupported_grant_type");
        HttpRequest json =
                HttpRequest.newBuilder(url("/token"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(right))
                        .build();
        assertThat(http.send(json, BodyHandlers.ofString()).statusCode()).isEqualTo(400);
    }

    @Test
    void aFormHasABound() throws Exception {
        String right = form("grant_type", "password", "username", "alice", "password", PASSWORD);
        String most = right + "&x=" + "y".repeat(MAX_BODY - right.length() - 3);
        assertThat(most).hasSize(MAX_BODY);

        assertThat(post(most).statusCode()).isEqualTo(200);
        assertThat(post(most + "y").statusCode()).isEqualTo(413);
        HttpRequest chunked =
                HttpRequest.newBuilder(url("/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(
                                BodyPublishers.ofInputStream(
                                        () ->
                                                new ByteArrayInputStream(
                                                        (most + "y".repeat(100_000))
                                                                .getBytes(StandardCharsets.UTF_8))))
                        .build();
        assertThat(http.send(chunked, BodyHandlers.ofString()).statusCode()).isEqualTo(413);
    }

    @Test
    void theNumberOfScopesHasABound() throws Exception {
        StringBuilder query = new StringBuilder("a=b");
        for (int i = 0; i < 20; i++) {
            query.append("&scope=repository:").append("n".repeat(250)).append(i).append(":pull");
        }
        String token = alice(query.toString());

        assertThat(claims(token).get("access")).hasSize(20);
        assertThat(status("GET", "/v2/" + "n".repeat(250) + "19/tags/list", token)).isEqualTo(404);
        HttpResponse<String> more = send("GET", "/token?" + query + "&scope=repository:more:pull");
        assertThat(more.statusCode()).isEqualTo(400);
        assertThat(json(more).get("error").asString()).isEqualTo("invalid_scope");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "PUT", "DELETE", "TRACE"})
    void otherMethodsAreRefused(String method) throws Exception {
        HttpResponse<String> response = send(method, "/token");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("GET, POST");
    }

    @Test
    void preflightsAreAnswered() throws Exception {
        assertThat(send("OPTIONS", "/token").statusCode()).isEqualTo(204);
    }

    private JsonNode login() throws Exception {
        HttpResponse<String> response =
                send("GET", "/token?offline_token=true&client_id=docker", basic("alice", PASSWORD));
        return json(response);
    }

    private HttpResponse<String> refresh(String token) throws Exception {
        return post(
                form(
                        "grant_type", "refresh_token",
                        "refresh_token", token,
                        "client_id", "another client",
                        "scope", "repository:a:pull"));
    }

    @Test
    void aRefreshTokenStandsForThePassword() throws Exception {
        String refresh = login().get("refresh_token").asString();
        JsonNode answer = json(refresh(refresh));

        assertThat(answer.get("refresh_token").asString()).isEqualTo(refresh);
        assertThat(answer.get("scope").asString()).isEqualTo("repository:a:pull");
        assertThat(status("GET", "/v2/a/tags/list", answer.get("token").asString())).isEqualTo(404);
        assertThat(claims(refresh).get("client_id").asString()).isEqualTo("docker");
        assertThat(claims(refresh).toString()).doesNotContain("$2y$");
    }

    @Test
    void neitherTokenIsTakenForTheOther() throws Exception {
        JsonNode login = login();

        assertThat(status("GET", "/v2/", login.get("refresh_token").asString())).isEqualTo(401);
        assertThat(refresh(login.get("token").asString()).statusCode()).isEqualTo(401);
        assertThat(refresh("a.b.c").statusCode()).isEqualTo(401);
    }

    @Test
    void aRefreshTokenEndsWithThePassword() throws Exception {
        String refresh = login().get("refresh_token").asString();
        try {
            Files.writeString(users, "alice:" + OTHER_HASH + "\n");
            becomes(401, refresh);
            Files.writeString(users, "alice:" + HASH + "\n");
            becomes(200, refresh);
            Files.writeString(users, "bob:" + HASH + "\n");
            becomes(401, refresh);
        } finally {
            Files.writeString(users, "alice:" + HASH + "\n");
            becomes(200, refresh);
        }
    }

    private void becomes(int status, String refresh) throws Exception {
        for (int i = 0; i < 100; i++) {
            if (refresh(refresh).statusCode() == status) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("not " + status + " within ten seconds");
    }

    @Test
    void anonymousClientsGetNoRefreshToken() throws Exception {
        assertThat(json(send("GET", "/token?offline_token=true")).has("refresh_token")).isFalse();
    }

    @Test
    void othersGetTheKeys() throws Exception {
        JWSObject token = JWSObject.parse(alice(""));
        X509Certificate certificate =
                (X509Certificate)
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(
                                        new ByteArrayInputStream(
                                                send("GET", "/token/certificates")
                                                        .body()
                                                        .getBytes(StandardCharsets.UTF_8)));
        JWKSet keys = JWKSet.parse(send("GET", "/token/jwks").body());

        certificate.checkValidity();
        certificate.verify(certificate.getPublicKey());
        assertThat(token.verify(new ECDSAVerifier((ECPublicKey) certificate.getPublicKey())))
                .isTrue();
        assertThat(token.getHeader().getX509CertChain().getFirst().decode())
                .isEqualTo(certificate.getEncoded());
        assertThat(
                        token.verify(
                                new ECDSAVerifier(
                                        keys.getKeyByKeyId(token.getHeader().getKeyID())
                                                .toECKey())))
                .isTrue();
        assertThat(keys.toString(false)).doesNotContain("\"d\"");
        assertThat(send("POST", "/token/jwks").statusCode()).isEqualTo(405);
    }

    @Test
    void anotherReplicaTakesTheSameTokens(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("u"), "alice:" + HASH + "\n");
        Map<String, String> same = new TreeMap<>(settings);
        same.put("auth.htpasswd.path", folder.resolve("u").toString());
        same.put("http.prefix", "/p/");
        String first;
        try (TestServer replica = TestServer.on(folder.resolve("data"), same)) {
            first = tokenOf(replica);
        }
        try (TestServer replica = TestServer.on(folder.resolve("data"), same)) {
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + replica.port() + "/p/v2/"))
                            .header("Authorization", "Bearer " + first)
                            .build();
            assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
        assertThat(status("GET", "/v2/", first)).isEqualTo(401);
    }

    private String tokenOf(TestServer replica) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + replica.port() + "/p/token"))
                        .header("Authorization", basic("alice", PASSWORD))
                        .build();
        return json(http.send(request, BodyHandlers.ofString())).get("token").asString();
    }

    @Test
    void filesThatCannotBeReadEndTheStart(@TempDir Path folder) throws Exception {
        Map<String, String> wrong = new TreeMap<>(settings);
        wrong.put("auth.tokenservice.certificate", folder.resolve("c").toString());
        wrong.put("auth.tokenservice.key", folder.resolve("k").toString());
        for (String content : List.of("", "-----BEGIN CERTIFICATE-----\nAA\n")) {
            Files.writeString(folder.resolve("c"), content);
            Files.writeString(folder.resolve("k"), content);
            assertThatThrownBy(() -> TestServer.on(folder.resolve("data"), wrong).close())
                    .hasStackTraceContaining(
                            WrongSettingException.class.getName()
                                    + ": auth.tokenservice.certificate is ");
        }
    }
}
