package io.berth.security;

import static io.berth.security.AttackedServer.basic;
import static io.berth.security.AttackedServer.bearer;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import io.berth.auth.token.TestTokens;
import io.berth.server.tls.TestCertificates;
import java.net.URI;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that nobody issued, and grants that are to mean more than they say. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenAttacksTest {

    private AttackedServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = new AttackedServer(folder, Map.of());
        server.pushImage("a", "v1");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static Map<String, Object> claims() {
        Map<String, Object> claims = TestTokens.claims("mallory", Instant.now().plusSeconds(60));
        claims.put("access", List.of(TestTokens.access("repository", "a", "pull")));
        return claims;
    }

    private int status(String authorization) throws Exception {
        return server.send("GET", "/v2/a/tags/list", authorization).status();
    }

    private void isRefused(JWSHeader header, JWSSigner signer) throws Exception {
        assertThat(status(bearer(TestTokens.signed(header, signer, claims()))))
                .as("%s", header)
                .isEqualTo(401);
    }

    private static ECKey foreign() throws JOSEException {
        return new ECKeyGenerator(Curve.P_256).keyID("k").generate();
    }

    @Test
    void aTokenOfTheServiceIsTaken() throws Exception {
        assertThat(status(server.may("repository:a:pull"))).isEqualTo(200);
    }

    @Test
    @DisplayName("CVE-2025-24976: a key that a token brings along, under the id of a trusted one")
    void aBroughtKey() throws Exception {
        ECKey foreign = foreign();
        isRefused(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("k")
                        .jwk(foreign.toPublicJWK())
                        .build(),
                new ECDSASigner(foreign));
        isRefused(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(),
                new ECDSASigner(foreign));
    }

    @Test
    void aChainOfCertificatesThatNobodyTrusts() throws Exception {
        var root = TestCertificates.authority("root");
        var leaf = TestCertificates.issue(root, "leaf");
        ECKey key =
                new ECKey.Builder(Curve.P_256, (ECPublicKey) leaf.keys().getPublic())
                        .privateKey(leaf.keys().getPrivate())
                        .build();
        isRefused(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("k")
                        .x509CertChain(
                                List.of(
                                        Base64.encode(leaf.certificate().getEncoded()),
                                        Base64.encode(root.certificate().getEncoded())))
                        .build(),
                new ECDSASigner(key));
    }

    @Test
    void aUrlThatATokenSaysItsKeyIsAt() throws Exception {
        ECKey foreign = foreign();
        URI here = URI.create("http://127.0.0.1:" + server.port() + "/v2/a/blobs/keys");
        isRefused(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("new").jwkURL(here).build(),
                new ECDSASigner(foreign));
        isRefused(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("new").x509CertURL(here).build(),
                new ECDSASigner(foreign));
    }

    @Test
    @DisplayName("algorithm confusion: the public key as a shared secret")
    void aPublicKeyAsASecret() throws Exception {
        JWK key = server.key.toPublicJWK();
        for (byte[] secret :
                List.of(
                        server.key.toPublicKey().getEncoded(),
                        AttackedServer.bytes(key.toJSONString()),
                        server.key.getX().decode())) {
            for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.HS256)) {
                isRefused(
                        new JWSHeader.Builder(algorithm).keyID("k").build(), new MACSigner(secret));
            }
        }
    }

    @Test
    void aKeyOfAnotherKind() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("k").generate();
        isRefused(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k").build(),
                new RSASSASigner(rsa));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"alg\":\"none\"}",
                "{\"alg\":\"none\",\"kid\":\"k\"}",
                "{\"alg\":\"NONE\",\"kid\":\"k\"}",
                "{\"alg\":\"nOnE\",\"kid\":\"k\"}",
                "{\"alg\":\"ES256\",\"alg\":\"none\",\"kid\":\"k\"}",
                "{\"alg\":\"\",\"kid\":\"k\"}",
                "{\"alg\":[\"ES256\"],\"kid\":\"k\"}",
                "{\"alg\":\"ES256\",\"kid\":[\"k\"]}",
                "{\"kid\":\"k\"}",
                "{}",
                "[]",
                "null"
            })
    void noSignature(String header) throws Exception {
        String payload = new Payload(claims()).toBase64URL().toString();
        String right = server.may("repository:a:pull").strip();
        String signature = right.substring(right.lastIndexOf('.') + 1);
        for (String end : List.of("", signature, "AA", "A".repeat(86))) {
            String token = Base64URL.encode(header) + "." + payload + "." + end;
            assertThat(status(bearer(token))).isEqualTo(401);
        }
    }

    /** An ECDSA signature of zeros is right for every text with a careless implementation. */
    @Test
    @DisplayName("CVE-2022-21449: a signature of zeros")
    void aSignatureOfZeros() throws Exception {
        String token = server.may("repository:a:pull").strip().replaceAll("[^.]*$", "");
        for (int bytes : new int[] {0, 32, 63, 64, 65, 128}) {
            String forged = token + Base64URL.encode(new byte[bytes]);
            assertThat(status(forged + "\r\n")).isEqualTo(401);
        }
    }

    @Test
    void aTokenIsTakenFromNowhereElse() throws Exception {
        String token = server.may("repository:a:pull").strip().substring(22);
        assertThat(status(bearer(token))).isEqualTo(200);

        for (String target :
                List.of(
                        "/v2/a/tags/list?access_token=" + token,
                        "/v2/a/tags/list?token=" + token,
                        "/v2/a/tags/list?Authorization=Bearer%20" + token)) {
            assertThat(server.send("GET", target, "").status()).isEqualTo(401);
        }
        for (String header :
                List.of(
                        "Cookie: access_token=" + token,
                        "Proxy-Authorization: Bearer " + token,
                        "X-Authorization: Bearer " + token,
                        "X-Forwarded-User: alice",
                        "X-Remote-User: alice",
                        "Authorization: " + token,
                        "Authorization: Token " + token)) {
            assertThat(status(header + "\r\n")).as(header.substring(0, 12)).isEqualTo(401);
        }
    }

    @Test
    void twoCredentialsAreNone() throws Exception {
        String right = server.may("repository:a:pull");
        String password = basic("alice", "open sesame");

        assertThat(status(right + right)).isEqualTo(401);
        assertThat(status(password + right)).isEqualTo(401);
        assertThat(status(right + basic("alice", "x"))).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a         | pull         | 200
                    A         | pull         | 401
                    a/        | pull         | 401
                    /a        | pull         | 401
                    *         | pull         | 401
                    **        | pull         | 401
                    a*        | pull         | 401
                    .*        | pull         | 401
                    ''        | pull         | 401
                    %61       | pull         | 401
                    a/b       | pull         | 401
                    a:b       | pull         | 401
                    host:80/a | pull         | 401
                    ａ        | pull         | 401
                    а         | pull         | 401
                    a         | PULL         | 401
                    a         | Pull         | 401
                    a         | push         | 401
                    a         | delete       | 401
                    a         | ''           | 401
                    a         | pul          | 401
                    a         | ' pull'      | 401
                    a         | pull;push    | 401
                    a         | pu\u200bll   | 401
                    """)
    @DisplayName("scopes are compared to the letter")
    void namesAndActionsAreLiteral(String name, String action, int status) throws Exception {
        assertThat(status(server.may("repository:" + name + ":" + action))).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Repository",
                "REPOSITORY",
                "repository(plugin)x",
                "registry",
                "",
                "image",
                "repository ",
                "repo"
            })
    void typesAreLiteral(String type) throws Exception {
        assertThat(status(server.may(type + ":a:pull"))).isEqualTo(401);
    }

    @Test
    void aGrantOfOneThingIsNoneOfAnother() throws Exception {
        String catalog = server.may("registry:catalog:*");
        String named = server.may("repository:catalog:*", "repository:_catalog:*");
        String pull = server.may("repository:a:pull");

        assertThat(status(catalog)).isEqualTo(401);
        assertThat(server.send("GET", "/v2/_catalog", named).status()).isEqualTo(401);
        assertThat(server.send("GET", "/v2/_catalog", catalog).status()).isEqualTo(200);
        for (String method : List.of("PUT", "DELETE", "POST", "PATCH")) {
            assertThat(server.send(method, "/v2/a/manifests/v1", pull).status()).isEqualTo(401);
        }
        assertThat(
                        server.send(
                                        "DELETE",
                                        "/v2/a/manifests/v1",
                                        server.may("repository:a:pull,push"))
                                .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/%61/tags/list",
                "/v2//a/tags/list",
                "/v2/./a/tags/list",
                "/v2/b/../a/tags/list",
                "/v2/b/%2e%2e/a/tags/list",
                "/v2/b%2F..%2Fa/tags/list",
                "/v2/a;x/tags/list",
                "/v2/b;/../a/tags/list",
                "/V2/a/tags/list",
                "/v2/A/tags/list",
                "/v2\\a\\tags\\list",
                "//v2/a/tags/list",
                "/v2/a/tags/list/",
                "/v2/a/tags/%6cist",
                "http://registry.test/v2/a/tags/list",
                "http://user@registry.test/v2/a/tags/list"
            })
    @DisplayName("CVE-2026-48710: one path for who decides, and another for who acts")
    void theDecisionIsAboutThePathThatIsServed(String target) throws Exception {
        for (String other : List.of("b", "b/a", "v2/a", "%61", "..", "")) {
            var answer =
                    server.send("GET", target, server.may("repository:" + other + ":pull,push,*"));
            assertThat(answer.status()).as("%s as %s", target, other).isIn(400, 401, 404);
            assertThat(answer.text()).doesNotContain("v1");
        }
    }

    @Test
    void aClassOfAGrantIsNotItsType() throws Exception {
        String plugin = server.may("repository(plugin):a:pull");

        assertThat(status(plugin)).isEqualTo(401);
    }
}
