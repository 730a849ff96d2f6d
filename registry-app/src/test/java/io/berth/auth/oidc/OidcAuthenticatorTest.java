package io.berth.auth.oidc;

import static io.berth.auth.oidc.TestIssuer.claims;
import static io.berth.auth.oidc.TestIssuer.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import io.berth.access.Identity;
import io.berth.error.RegistryException;
import io.berth.http.access.Authenticator.Failure;
import io.berth.http.access.Credentials;
import io.berth.logging.LoggedLines;
import io.berth.setting.GoDuration;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

@Timeout(60)
class OidcAuthenticatorTest {

    private static final RSAKey RSA = TestIssuer.rsa("rsa");
    private static final ECKey EC = TestIssuer.ec("ec");
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    private final TestIssuer issuer = new TestIssuer(RSA, EC);
    private final AtomicLong nanos = new AtomicLong();
    private final OidcAuthenticator authenticator = authenticator("{repository}", List.of());
    private Instant now = NOW;

    @AfterEach
    void stop() {
        issuer.close();
    }

    private OidcAuthenticator authenticator(String name, List<String> groups) {
        OidcSettings settings =
                new OidcSettings(
                        issuer.url(),
                        List.of(TestIssuer.AUDIENCE, "other audience"),
                        Map.of("repository_owner", List.of("acme", "ac*-labs")),
                        name,
                        groups,
                        List.of("repository", "run", "aud", "none"),
                        GoDuration.of("1h"),
                        null,
                        null,
                        null,
                        null,
                        false);
        InstantSource source = () -> now;
        Clock clock = source.withZone(ZoneOffset.UTC);
        IssuerKeys keys =
                new IssuerKeys(
                        "github",
                        new KeyFetch(settings, Duration.ofSeconds(5)),
                        nanos::get,
                        Runnable::run);
        return new OidcAuthenticator(
                Map.of(issuer.url(), new OidcVerifier("github", settings, keys, clock)),
                true,
                1 << 20,
                clock);
    }

    private @Nullable Identity identity(String token) {
        return authenticator.authenticate(new Credentials.Bearer(token), "192.0.2.1");
    }

    private Map<String, Object> with(String claim, @Nullable Object value) {
        Map<String, Object> claims = claims(issuer.url(), NOW);
        claims.put(claim, value);
        if (value == null) {
            claims.remove(claim);
        }
        return claims;
    }

    private boolean isAccepted(Map<String, Object> claims) {
        return identity(token(RSA, claims)) != null;
    }

    private String right() {
        return token(RSA, claims(issuer.url(), NOW));
    }

    @Test
    void aTokenSaysWhichWorkloadAsks() {
        assertThat(identity(token(EC, with("run", 7))))
                .isEqualTo(
                        new Identity(
                                Identity.Kind.USER,
                                "github:acme/app",
                                Set.of(),
                                Map.of(
                                        "repository", "acme/app",
                                        "run", "7",
                                        "aud", TestIssuer.AUDIENCE),
                                null));
    }

    @Test
    void aTokenIsTakenAsAPasswordOfAnyUser() {
        Identity expected = Objects.requireNonNull(identity(right()));
        for (String user : List.of("oidc", "alice", "", "github:other/app")) {
            assertThat(authenticator.authenticate(new Credentials.Basic(user, right()), ""))
                    .isEqualTo(expected);
        }
    }

    @Test
    void groupsAreThoseOfItsClaims() {
        OidcAuthenticator grouping =
                authenticator("{sub}", List.of("{repository_owner}", "{teams}", "ci", "{none}"));
        String token = token(RSA, with("teams", List.of("a", "b,c")));

        assertThat(grouping.authenticate(new Credentials.Bearer(token), ""))
                .extracting(Identity::name, Identity::groups)
                .containsExactly(
                        "github:repo:acme/app:ref:refs/heads/main",
                        Set.of("github:acme", "github:a", "github:b%2Cc", "github:ci"));
    }

    @Test
    void claimsThatAreRequiredAreRequired() {
        assertThat(isAccepted(with("repository_owner", "acme-labs"))).isTrue();
        for (Object wrong :
                new Object[] {
                    "evil", "ACME", "acme/", "acme\n", "", List.of("evil"), List.of(), Map.of(), 1
                }) {
            assertThat(isAccepted(with("repository_owner", wrong))).as("%s", wrong).isFalse();
        }
        assertThat(isAccepted(with("repository_owner", null))).isFalse();
    }

    @Test
    void theAudienceIsRequired() {
        assertThat(isAccepted(with("aud", List.of("x", "other audience")))).isTrue();
        for (Object wrong :
                new Object[] {
                    "x", TestIssuer.AUDIENCE + "/", "*", "", List.of(), List.of("x"), 1
                }) {
            assertThat(isAccepted(with("aud", wrong))).as("%s", wrong).isFalse();
        }
        assertThat(isAccepted(with("aud", null))).isFalse();
    }

    @Test
    void theIssuerIsTheSameToTheLetter() {
        for (Object wrong :
                new Object[] {
                    issuer.url() + "/",
                    issuer.url().replace("http", "HTTP"),
                    "https://evil.example.com",
                    "",
                    1,
                    List.of(issuer.url())
                }) {
            assertThat(isAccepted(with("iss", wrong))).as("%s", wrong).isFalse();
        }
        assertThat(isAccepted(with("iss", null))).isFalse();
        assertThat(issuer.requests).isEmpty();
    }

    @Test
    void clocksMayDifferByAMinute() {
        long second = NOW.getEpochSecond();

        assertThat(isAccepted(with("exp", second - 59))).isTrue();
        assertThat(isAccepted(with("exp", second - 60))).isFalse();
        assertThat(isAccepted(with("nbf", second + 60))).isTrue();
        assertThat(isAccepted(with("nbf", second + 61))).isFalse();
        assertThat(isAccepted(with("nbf", null))).isTrue();
        Map<String, Object> early = with("iat", second + 60);
        assertThat(isAccepted(early)).isTrue();
        early.put("iat", second + 61);
        assertThat(isAccepted(early)).isFalse();
    }

    @Test
    void aTokenEndsAndNotTooLate() {
        long second = NOW.getEpochSecond();

        assertThat(isAccepted(with("exp", second + 3600))).isTrue();
        assertThat(isAccepted(with("exp", second + 3601))).isFalse();
        assertThat(isAccepted(with("exp", null))).isFalse();
        assertThat(isAccepted(with("iat", null))).isFalse();
        for (Object wrong : new Object[] {"never", -1, Long.MAX_VALUE, 1e300, "", List.of()}) {
            assertThat(isAccepted(with("exp", wrong))).as("exp %s", wrong).isFalse();
            assertThat(isAccepted(with("iat", wrong))).as("iat %s", wrong).isFalse();
            assertThat(isAccepted(with("nbf", wrong))).as("nbf %s", wrong).isFalse();
        }
    }

    @Test
    void aTokenThatIsRememberedEndsToo() {
        String token = right();
        assertThat(identity(token)).isNotNull();

        now = NOW.plusSeconds(359);
        assertThat(identity(token)).isNotNull();
        now = NOW.plusSeconds(360);
        assertThat(identity(token)).isNull();
    }

    @Test
    void aTokenIsVerifiedOnceAlsoWhenTheIssuerIsGone() {
        String token = right();
        Identity first = identity(token);
        issuer.close();
        nanos.addAndGet(Duration.ofDays(2).toNanos());

        assertThat(identity(token)).isNotNull().isSameAs(first);
    }

    @Test
    void keysMayChange() {
        RSAKey next = TestIssuer.rsa("next");
        assertThat(identity(right())).isNotNull();
        issuer.publish(RSA, next);
        nanos.addAndGet(IssuerKeys.BETWEEN.toNanos());

        assertThat(identity(token(next, claims(issuer.url(), NOW)))).isNotNull();
    }

    @Test
    void aTokenOfAnotherKeyIsRefused() {
        RSAKey sameId = TestIssuer.rsa("rsa");
        RSAKey otherId = TestIssuer.rsa("other");
        JWSHeader none = new JWSHeader(JWSAlgorithm.RS256);
        JWSHeader brought =
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("rsa")
                        .jwk(sameId.toPublicJWK())
                        .build();
        Map<String, Object> claims = claims(issuer.url(), NOW);

        assertThat(identity(token(sameId, claims))).isNull();
        assertThat(identity(token(otherId, claims))).isNull();
        assertThat(identity(token(none, RSA, claims))).isNull();
        assertThat(identity(token(brought, sameId, claims))).isNull();
    }

    @Test
    void aKeyIsUsedWithTheAlgorithmsOfItsKindAlone() throws Exception {
        Map<String, Object> claims = claims(issuer.url(), NOW);
        JWSHeader rsaAsEc = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("ec").build();
        JWSHeader ecAsRsa = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("rsa").build();

        assertThat(identity(token(rsaAsEc, RSA, claims))).isNull();
        assertThat(identity(token(ecAsRsa, EC, claims))).isNull();
        for (byte[] secret :
                List.of(
                        RSA.toPublicKey().getEncoded(),
                        RSA.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
                        RSA.getModulus().decode())) {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build();
            JWSObject forged = new JWSObject(header, new Payload(claims));
            forged.sign(new MACSigner(secret));
            assertThat(identity(forged.serialize())).isNull();
        }
    }

    @Test
    void aTokenWithoutASignatureIsRefused() {
        String[] parts = right().split("\\.");
        for (String header :
                List.of(
                        "{\"alg\":\"none\",\"kid\":\"rsa\"}",
                        "{\"alg\":\"None\",\"kid\":\"rsa\"}",
                        "{\"alg\":\"\",\"kid\":\"rsa\"}",
                        "{\"alg\":null,\"kid\":\"rsa\"}",
                        "{\"kid\":\"rsa\"}",
                        "[]",
                        "null")) {
            String encoded = Base64URL.encode(header).toString();
            assertThat(identity(encoded + "." + parts[1] + ".")).as(header).isNull();
            assertThat(identity(encoded + "." + parts[1] + "." + parts[2])).as(header).isNull();
        }
        assertThat(identity(parts[0] + "." + parts[1] + ".")).isNull();
        assertThat(identity(parts[0] + "." + parts[1] + "." + "A".repeat(342))).isNull();
    }

    @Test
    void whatMustBeUnderstoodIsRefused() {
        JWSHeader critical =
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("rsa")
                        .criticalParams(Set.of("exp"))
                        .customParam("exp", 1)
                        .build();
        JWSHeader detached =
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("rsa")
                        .base64URLEncodePayload(true)
                        .criticalParams(Set.of("b64"))
                        .build();

        assertThat(identity(token(critical, RSA, claims(issuer.url(), NOW)))).isNull();
        assertThat(identity(token(detached, RSA, claims(issuer.url(), NOW)))).isNull();
    }

    @Test
    void aTokenForAnotherPurposeIsRefused() {
        JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa");
        Map<String, Object> claims = claims(issuer.url(), NOW);

        assertThat(identity(token(header.type(JOSEObjectType.JWT).build(), RSA, claims)))
                .isNotNull();
        for (String type : List.of("logout+jwt", "secevent+jwt", "dpop+jwt", "JOSE")) {
            JWSHeader other = header.type(new JOSEObjectType(type)).build();
            assertThat(identity(token(other, RSA, claims))).as(type).isNull();
        }
    }

    @Test
    void aClaimThatIsThereTwiceIsRefused() {
        String claims = new Payload(claims(issuer.url(), NOW)).toString();
        String owner = "\"repository_owner\":\"acme\"";
        String twice = claims.replace(owner, "\"repository_owner\":\"evil\"," + owner);
        assertThat(twice).isNotEqualTo(claims);
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build();

        assertThat(identity(token(header, RSA, new Payload(claims)))).isNotNull();
        assertThat(identity(token(header, RSA, new Payload(twice)))).isNull();
    }

    @Test
    void deepNestingIsRefusedBeforeAnythingElse() {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build();
        for (int depth : new int[] {300, 5000}) {
            String deep =
                    "{\"iss\":\""
                            + issuer.url()
                            + "\",\"a\":"
                            + "[".repeat(depth)
                            + "]".repeat(depth)
                            + "}";
            assertThat(identity(token(header, RSA, new Payload(deep)))).isNull();
        }
        assertThat(issuer.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a.b.c",
                "ey.ey.ey",
                "eyJ",
                "eyJhbGciOiJSUzI1NiJ9..",
                "..",
                "\0.\0.\0",
                "e30.e30.e30"
            })
    void whatIsNoTokenIsOfNobody(String text) {
        for (String padded : List.of(text, text + "x".repeat(100), "ey" + text + "x".repeat(100))) {
            assertThat(identity(padded)).isNull();
            assertThat(authenticator.authenticate(new Credentials.Basic("a", padded), "")).isNull();
        }
        assertThat(issuer.requests).isEmpty();
    }

    @Test
    void aHugeTokenIsNotLookedAt() {
        assertThat(identity(token(RSA, with("x", "x".repeat(11_000))))).isNotNull();
        assertThat(identity(token(RSA, with("x", "x".repeat(13_000))))).isNull();
    }

    @Test
    void aNameThatIsTooLongIsRefused() {
        assertThat(isAccepted(with("repository", "a".repeat(505)))).isTrue();
        assertThat(isAccepted(with("repository", "a".repeat(506)))).isFalse();
        assertThat(isAccepted(with("repository", "a".repeat(2000)))).isFalse();
        assertThat(isAccepted(with("repository", null))).isFalse();
        assertThat(isAccepted(with("repository", List.of("a", "b")))).isFalse();
    }

    @Test
    void withoutKeysATokenIsNotCalledWrong() {
        issuer.fail();

        assertThatThrownBy(() -> identity(right())).isInstanceOf(RegistryException.class);
        nanos.addAndGet(IssuerKeys.BETWEEN.toNanos());
        issuer.publish(RSA);
        assertThat(identity(right())).isNotNull();
    }

    @Test
    void madeUpKeysCauseNoFetchEach() {
        for (int i = 0; i < 100; i++) {
            ECKey key = new ECKey.Builder(EC).keyID("k" + i).build();
            assertThat(identity(token(key, claims(issuer.url(), NOW)))).isNull();
        }
        assertThat(issuer.fetches()).isEqualTo(1);
    }

    @Test
    void theLogSaysWhyButShowsNoToken() {
        List<String> tokens = new ArrayList<>();
        try (LoggedLines lines = new LoggedLines(OidcVerifier.class)) {
            for (Map<String, Object> claims :
                    List.of(
                            with("aud", "a-wrong-audience"),
                            with("repository_owner", "a-wrong-owner"),
                            with("exp", 1))) {
                tokens.add(token(RSA, claims));
            }
            tokens.forEach(token -> assertThat(identity(token)).isNull());

            assertThat(lines.toString())
                    .contains("its aud is none of auth.oidc.github.audience")
                    .contains("its claim repository_owner is not one of those required")
                    .contains("it has expired")
                    .doesNotContain("a-wrong", "ey");
        }
    }

    @Test
    void whatAnyoneCanMakeUpIsNotLogged() {
        try (LoggedLines lines = new LoggedLines(OidcVerifier.class)) {
            assertThat(identity(token(TestIssuer.rsa("rsa"), with("aud", "x")))).isNull();
            assertThat(lines.toString()).isEmpty();
        }
    }

    @Test
    void clientsAreAskedForAPasswordWhereNothingElseAsksThem() {
        assertThat(
                        authenticator.challenges(
                                new MockHttpServletRequest(), List.of(), Failure.NO_CREDENTIALS))
                .containsExactly("Basic realm=\"Registry\"");
    }
}
