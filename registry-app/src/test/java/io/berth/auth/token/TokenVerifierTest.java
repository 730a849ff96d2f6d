package io.berth.auth.token;

import static io.berth.auth.token.TestTokens.access;
import static io.berth.auth.token.TestTokens.signed;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.auth.jws.VerifiedTokens.Verified;
import io.berth.auth.token.TokenSettings.SigningAlgorithm;
import io.berth.server.tls.TestCertificates;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {

    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final RSAKey RSA = rsa("rsa");
    private static final ECKey EC = ec("ec");
    private static final OctetSequenceKey SECRET =
            new OctetSequenceKey.Builder(new byte[64]).keyID("secret").build();

    private final List<JWK> keys = new ArrayList<>(List.of(RSA, EC, SECRET));
    private final List<X509Certificate> roots = new ArrayList<>();
    private List<SigningAlgorithm> algorithms = List.of();

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey ec(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable Verified verify(String token) {
        TokenSettings settings = TestTokens.settings(algorithms);
        try {
            return new TokenVerifier(
                            settings,
                            TrustedKeys.of(roots, new JWKSet(keys)),
                            Clock.fixed(NOW, ZoneOffset.UTC))
                    .verify(token);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Verified accepted(String token) {
        return Objects.requireNonNull(verify(token));
    }

    private static Map<String, Object> claims() {
        Map<String, Object> claims = TestTokens.claims("alice", NOW.plusSeconds(300));
        claims.put("nbf", NOW.getEpochSecond());
        claims.put("access", List.of(access("repository", "a", "pull", "push")));
        return claims;
    }

    private static Map<String, Object> with(String claim, Object value) {
        Map<String, Object> claims = claims();
        claims.put(claim, value);
        return claims;
    }

    private static Map<String, Object> without(String claim) {
        Map<String, Object> claims = claims();
        claims.remove(claim);
        return claims;
    }

    private static String ecToken(Map<String, Object> claims) {
        return ecToken(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("ec").build(), EC, claims);
    }

    private static String ecToken(JWSHeader header, ECKey key, Map<String, Object> claims) {
        try {
            return signed(header, new ECDSASigner(key), claims);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String rsaToken(JWSAlgorithm algorithm, @Nullable String keyId, RSAKey key) {
        try {
            JWSHeader header = new JWSHeader.Builder(algorithm).keyID(keyId).build();
            return signed(header, new RSASSASigner(key), claims());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String secretToken(String keyId, byte[] secret) {
        try {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(keyId).build();
            return signed(header, new MACSigner(secret), claims());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTokenSaysWhoAsksAndWhatIsGranted() {
        Verified verified = accepted(ecToken(claims()));

        assertThat(verified.identity())
                .isEqualTo(
                        new Identity(
                                Identity.Kind.USER,
                                "alice",
                                Set.of(),
                                List.of(new Grant("repository", "", "a", Set.of("pull", "push")))));
        assertThat(verified.expires()).isEqualTo(NOW.plusSeconds(360));
    }

    @Test
    void aTokenWithoutASubjectIsOfAnAnonymousClient() {
        for (String token : List.of(ecToken(with("sub", "")), ecToken(without("sub")))) {
            assertThat(accepted(token).identity().kind()).isEqualTo(Identity.Kind.ANONYMOUS);
            assertThat(accepted(token).identity().isLimitedToGrants()).isTrue();
        }
    }

    @Test
    void aTokenWithoutAccessGrantsNothing() {
        assertThat(accepted(ecToken(without("access"))).identity().grants()).isEmpty();
        assertThat(accepted(ecToken(with("access", List.of()))).identity().grants()).isEmpty();
    }

    @Test
    void theClassOfAGrantIsKept() {
        Map<String, Object> plugin =
                Map.of(
                        "type",
                        "repository",
                        "class",
                        "plugin",
                        "name",
                        "a",
                        "actions",
                        List.of("push"));

        assertThat(accepted(ecToken(with("access", List.of(plugin)))).identity().grants())
                .containsExactly(new Grant("repository", "plugin", "a", Set.of("push")));
    }

    @Test
    void theAudienceIsATextOrAList() {
        assertThat(verify(ecToken(with("aud", List.of("other", "registry.example.com")))))
                .isNotNull();
        assertThat(verify(ecToken(with("aud", List.of("other"))))).isNull();
        assertThat(verify(ecToken(with("aud", List.of())))).isNull();
        assertThat(verify(ecToken(without("aud")))).isNull();
    }

    @Test
    void theIssuerIsTheOneThatIsTrusted() {
        assertThat(verify(ecToken(with("iss", "other")))).isNull();
        assertThat(verify(ecToken(without("iss")))).isNull();
    }

    @Test
    void clocksMayDifferByAMinute() {
        long now = NOW.getEpochSecond();

        assertThat(verify(ecToken(with("exp", now - 59)))).isNotNull();
        assertThat(verify(ecToken(with("exp", now - 60)))).isNull();
        assertThat(verify(ecToken(with("nbf", now + 60)))).isNotNull();
        assertThat(verify(ecToken(with("nbf", now + 61)))).isNull();
        assertThat(verify(ecToken(without("exp")))).isNull();
        assertThat(verify(ecToken(without("nbf")))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    void algorithmsOfRsaKeys(String algorithm) {
        assertThat(verify(rsaToken(JWSAlgorithm.parse(algorithm), "rsa", RSA))).isNotNull();
    }

    @Test
    void ed25519() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = pair.getPublic().getEncoded();
        byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        keys.add(
                new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(point))
                        .keyID("ed")
                        .build());
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID("ed").build();
        JWSObject jws = new JWSObject(header, new Payload(claims()));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(jws.getSigningInput());
        String input = new String(jws.getSigningInput(), StandardCharsets.US_ASCII);

        assertThat(verify(input + "." + Base64URL.encode(signature.sign()))).isNotNull();
        assertThat(verify(input + "." + Base64URL.encode(new byte[64]))).isNull();
    }

    @Test
    void aPublicKeyIsNeverASharedSecret() throws Exception {
        byte[] publicKey = RSA.toPublicKey().getEncoded();
        algorithms = List.of(SigningAlgorithm.values());

        assertThat(verify(secretToken("rsa", publicKey))).isNull();
        assertThat(verify(secretToken("ec", EC.toPublicKey().getEncoded()))).isNull();
    }

    @Test
    void aSharedSecretCountsOnlyWhereItsAlgorithmIsListed() {
        String token = secretToken("secret", new byte[64]);

        assertThat(verify(token)).isNull();
        algorithms = List.of(SigningAlgorithm.HS256);
        assertThat(verify(token)).isNotNull();
        assertThat(verify(ecToken(claims()))).isNull();
    }

    @Test
    void aTokenWithoutASignatureIsRefused() {
        Base64URL header = Base64URL.encode("{\"alg\":\"none\",\"kid\":\"ec\"}");
        String token = header + "." + new Payload(claims()).toBase64URL() + ".";
        String stripped = ecToken(claims()).replaceAll("[^.]*$", "");

        assertThat(verify(token)).isNull();
        assertThat(verify(stripped)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a.b.c",
                "....",
                "e30.e30.e30",
                "bnVsbA.e30.AA",
                "\u0000.\u0000.\u0000"
            })
    void whatIsNoTokenIsRefused(String token) {
        assertThat(verify(token)).isNull();
    }

    @Test
    void aTokenWhoseClaimsWereChangedIsRefused() {
        String[] parts = ecToken(claims()).split("\\.");
        Base64URL other = new Payload(with("sub", "root")).toBase64URL();

        assertThat(verify(parts[0] + "." + other + "." + parts[2])).isNull();
    }

    @Test
    void aKeyOfAnotherKindOrNameDoesNotCount() {
        assertThat(verify(rsaToken(JWSAlgorithm.RS256, "ec", RSA))).isNull();
        assertThat(verify(rsaToken(JWSAlgorithm.RS256, "unknown", RSA))).isNull();
        assertThat(verify(rsaToken(JWSAlgorithm.RS256, "rsa", rsa("rsa")))).isNull();
        assertThat(verify(rsaToken(JWSAlgorithm.RS256, null, RSA))).isNull();
    }

    @Test
    void aKeyIsKnownByItsThumbprintAndAsInDistribution2() throws Exception {
        for (String id :
                List.of(RSA.computeThumbprint().toString(), KeyIds.libtrust(RSA.toPublicKey()))) {
            assertThat(verify(rsaToken(JWSAlgorithm.RS256, id, RSA))).as(id).isNotNull();
        }
    }

    /** The check vector is of a key in the documents of distribution. */
    @Test
    void theIdsOfDistribution2() throws Exception {
        ECKey key =
                new ECKey.Builder(
                                Curve.P_256,
                                new Base64URL("m7zUpx3b-zmVE5cymSs64POG9QcyEpJaYCD82-549_Q"),
                                new Base64URL("dU3biz8sZ_8GPB-odm8Wxz3lNDr1xcAQQPQaOcr1fmc"))
                        .build();

        assertThat(KeyIds.libtrust(key.toPublicKey()))
                .isEqualTo("PYYO:TEWU:V7JH:26JV:AQTZ:LJC3:SXVJ:XGHA:34F2:2LAQ:ZRMK:Z7Q6");
    }

    /** CVE-2025-24976: distribution compared only the id of a key that a token brings along. */
    @Test
    void aKeyThatATokenBringsAlongIsNotTrusted() {
        ECKey foreign = ec("ec");
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("ec")
                        .jwk(foreign.toPublicJWK())
                        .build();

        assertThat(verify(ecToken(header, foreign, claims()))).isNull();
    }

    @Test
    void aTrustedKeyMayBeBroughtAlong() {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).jwk(EC.toPublicJWK()).build();

        assertThat(verify(ecToken(header, EC, claims()))).isNotNull();
    }

    @Test
    void extensionsThatMustBeUnderstoodAreRefused() {
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("ec")
                        .criticalParams(Set.of("exp"))
                        .customParam("exp", 1)
                        .build();

        assertThat(verify(ecToken(header, EC, claims()))).isNull();
    }

    @Test
    void accessOfAWrongFormIsRefused() {
        for (Object access :
                List.of(
                        "repository:a:pull",
                        List.of("repository:a:pull"),
                        List.of(Map.of("type", 1)),
                        List.of(Map.of("type", "repository", "name", "a", "actions", "pull")),
                        List.of(Map.of("type", "repository", "actions", List.of(1))))) {
            assertThat(verify(ecToken(with("access", access)))).as("%s", access).isNull();
        }
    }

    @Test
    void aTokenHasAtMostAThousandGrants() {
        List<Object> grants = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            grants.add(access("repository", "a" + i, "pull"));
        }
        // Larger than the headers of a request may be, but not than this class takes.
        List<Object> one = new ArrayList<>(grants.subList(0, 500));
        one.addAll(grants.subList(0, 501));

        assertThat(verify(ecToken(with("access", grants.subList(0, 500))))).isNotNull();
        assertThat(verify(ecToken(with("access", one)))).isNull();
    }

    private static ECKey key(TestCertificates.Identity identity) {
        try {
            return new ECKey.Builder((ECKey) TrustedKeys.jwk(identity.keys().getPublic()))
                    .privateKey(identity.keys().getPrivate())
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String chainToken(TestCertificates.Identity signer, List<X509Certificate> chain)
            throws Exception {
        List<Base64> encoded = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            encoded.add(Base64.encode(certificate.getEncoded()));
        }
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("ec")
                        .x509CertChain(encoded)
                        .build();
        return ecToken(header, key(signer), claims());
    }

    /** The certificate of a key, and that of its issuer. */
    private static List<X509Certificate> chain(
            TestCertificates.Identity identity, TestCertificates.Identity issuer) {
        return List.of(identity.certificate(), issuer.certificate());
    }

    @Test
    void aChainOfCertificatesEndsAtATrustedOne() throws Exception {
        var root = TestCertificates.authority("root");
        var leaf = TestCertificates.issue(root, "leaf");
        var foreign = TestCertificates.authority("foreign");
        var stranger = TestCertificates.issue(foreign, "stranger");
        roots.add(root.certificate());

        assertThat(verify(chainToken(leaf, chain(leaf, root)))).isNotNull();
        assertThat(verify(chainToken(leaf, List.of(leaf.certificate())))).isNotNull();
        assertThat(verify(chainToken(root, List.of(root.certificate())))).isNotNull();
        assertThat(verify(chainToken(stranger, chain(stranger, foreign)))).isNull();
        assertThat(verify(chainToken(foreign, List.of(foreign.certificate())))).isNull();
        // The key of a token is that of the first certificate, whatever comes behind.
        assertThat(verify(chainToken(stranger, chain(stranger, leaf)))).isNull();
        assertThat(verify(chainToken(stranger, chain(leaf, root)))).isNull();
    }

    @Test
    void aCertificateThatMayNotSignOthersHasNoneBehindIt() throws Exception {
        var root = TestCertificates.authority("root");
        var leaf = TestCertificates.issue(root, "leaf");
        var behind = TestCertificates.issue(leaf, "behind");
        roots.add(root.certificate());

        assertThat(
                        verify(
                                chainToken(
                                        behind,
                                        List.of(
                                                behind.certificate(),
                                                leaf.certificate(),
                                                root.certificate()))))
                .isNull();
    }

    @Test
    void aCertificateThatIsNotValidNowDoesNotCount() throws Exception {
        var root = TestCertificates.authority("root");
        var old =
                TestCertificates.issue(
                        root, "old", TestCertificates.ec(), false, Duration.ofDays(-5));
        roots.add(root.certificate());

        assertThat(verify(chainToken(old, chain(old, root)))).isNull();
    }

    @Test
    void theKeyOfATrustedCertificateIsKnownByItsIds() throws Exception {
        var root = TestCertificates.authority("root");
        roots.add(root.certificate());
        ECKey key = key(root);
        for (String id :
                List.of(key.computeThumbprint().toString(), KeyIds.libtrust(key.toPublicKey()))) {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(id).build();
            assertThat(verify(ecToken(header, key, claims()))).as(id).isNotNull();
        }
    }
}
