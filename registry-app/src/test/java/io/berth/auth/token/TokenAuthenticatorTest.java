package io.berth.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import io.berth.access.Action;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.auth.jws.VerifiedTokens;
import io.berth.auth.token.TokenSettings.SigningAlgorithm;
import io.berth.http.access.Authenticator.Failure;
import io.berth.http.access.Credentials;
import io.berth.name.RepositoryName;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

class TokenAuthenticatorTest {

    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final byte[] SECRET = new byte[32];

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private VerifiedTokens tokens;
    private TokenAuthenticator authenticator;

    @BeforeEach
    void open() throws Exception {
        InstantSource source = now::get;
        Clock clock = source.withZone(ZoneOffset.UTC);
        TokenSettings settings = TestTokens.settings(List.of(SigningAlgorithm.HS256));
        OctetSequenceKey key = new OctetSequenceKey.Builder(SECRET).keyID("k").build();
        TokenVerifier verifier =
                new TokenVerifier(settings, TrustedKeys.of(List.of(), new JWKSet(key)), clock);
        tokens = new VerifiedTokens(verifier::verify, 1 << 20, clock);
        authenticator =
                new TokenAuthenticator(
                        tokens, _ -> "https://auth.example.com/token", "registry.example.com");
    }

    private static String token(String subject, Instant expires) throws Exception {
        return TestTokens.signed(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k").build(),
                new MACSigner(SECRET),
                TestTokens.claims(subject, expires));
    }

    private static Identity alice() {
        return new Identity(Identity.Kind.USER, "alice", Set.of(), List.of());
    }

    @Test
    void aTokenThatWasVerifiedEndsInTime() throws Exception {
        Credentials token = new Credentials.Bearer(token("alice", NOW.plusSeconds(10)));

        assertThat(authenticator.authenticate(token, "192.0.2.7")).isEqualTo(alice());
        now.set(NOW.plusSeconds(69));
        assertThat(authenticator.authenticate(token, "192.0.2.7")).isNotNull();
        now.set(NOW.plusSeconds(70));
        assertThat(authenticator.authenticate(token, "192.0.2.7")).isNull();
    }

    @Test
    void theSameTokenIsVerifiedOnce() throws Exception {
        Credentials token = new Credentials.Bearer(token("alice", NOW.plusSeconds(10)));

        assertThat(authenticator.authenticate(token, "192.0.2.7"))
                .isSameAs(authenticator.authenticate(token, "192.0.2.7"));
    }

    @Test
    void whatIsRememberedIsBounded() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            String token = token("user " + i, NOW.plusSeconds(300));
            assertThat(authenticator.authenticate(new Credentials.Bearer(token), "192.0.2.7"))
                    .isNotNull();
        }

        assertThat(tokens.size()).isBetween(1_000L, 4_000L);
    }

    @Test
    void wrongTokensAreNotRemembered() throws Exception {
        for (int i = 0; i < 100; i++) {
            authenticator.authenticate(new Credentials.Bearer("wrong" + i), "192.0.2.7");
        }

        assertThat(tokens.size()).isZero();
    }

    @Test
    void otherCredentialsAreOfNobody() {
        assertThat(authenticator.authenticate(new Credentials.Basic("alice", ""), "192.0.2.7"))
                .isNull();
    }

    private String challenge(List<Scope> needed, Failure failure) {
        List<String> challenges =
                authenticator.challenges(new MockHttpServletRequest(), needed, failure);
        assertThat(challenges).hasSize(1);
        return challenges.getFirst();
    }

    @Test
    void challengesReadAsInTheSpecification() {
        RepositoryName a = RepositoryName.of("library/a");
        Scope push = Scope.of(a, Action.PULL, Action.PUSH);
        Scope pull = Scope.of(RepositoryName.of("b"), Action.PULL);
        String begin =
                "Bearer realm=\"https://auth.example.com/token\",service=\"registry.example.com\"";

        assertThat(challenge(List.of(), Failure.NO_CREDENTIALS)).isEqualTo(begin);
        assertThat(challenge(List.of(push), Failure.NO_CREDENTIALS))
                .isEqualTo(begin + ",scope=\"repository:library/a:pull,push\"");
        assertThat(challenge(List.of(push, pull), Failure.INSUFFICIENT_SCOPE))
                .isEqualTo(
                        begin
                                + ",scope=\"repository:library/a:pull,push repository:b:pull\""
                                + ",error=\"insufficient_scope\"");
        assertThat(challenge(List.of(Scope.catalog()), Failure.INVALID_CREDENTIALS))
                .isEqualTo(begin + ",scope=\"registry:catalog:*\",error=\"invalid_token\"");
    }
}
