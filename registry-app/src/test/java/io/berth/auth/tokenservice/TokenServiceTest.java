package io.berth.auth.tokenservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSObject;
import io.berth.access.AccessPolicy;
import io.berth.access.Action;
import io.berth.access.Identity;
import io.berth.access.Identity.Kind;
import io.berth.access.Scope;
import io.berth.config.tree.WrongSettingException;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import io.berth.http.route.UrlSettings;
import io.berth.setting.GoDuration;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;

class TokenServiceTest {

    private static final TokenService.Sender SENDER =
            new TokenService.Sender("192.0.2.7", "192.0.2.7", "id");

    private final MovableClock clock = new MovableClock();
    private final DocumentsInMemory documents = new DocumentsInMemory();

    /** Accepts one password, of one owner. */
    private record One(Identity owner) implements Authenticator {

        @Override
        public @Nullable Identity authenticate(Credentials credentials, String client) {
            return credentials instanceof Credentials.Basic(String user, String password)
                            && user.equals(owner.name())
                            && password.equals("right")
                    ? owner
                    : null;
        }

        @Override
        public List<String> challenges(
                HttpServletRequest request, List<Scope> needed, Failure failure) {
            return List.of();
        }
    }

    private static TokenServiceSettings settings(@Nullable Path certificate, @Nullable Path key) {
        return new TokenServiceSettings(
                "registry.example.com",
                "berth",
                GoDuration.of("5m"),
                GoDuration.of("24h"),
                GoDuration.of("0"),
                certificate,
                key);
    }

    private TokenService service(AccessPolicy policy, Identity... owners) {
        return TokenService.of(
                settings(null, null),
                documents,
                List.of(owners).stream().<Authenticator>map(One::new).toList(),
                policy,
                clock);
    }

    private static TokenParameters parameters(String query) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setQueryString(query);
        return TokenParameters.ofQuery(request);
    }

    private static TokenService.Issued issue(TokenService service, String user, String query) {
        return service.issue(new Credentials.Basic(user, "right"), parameters(query), SENDER);
    }

    private static @Nullable Identity accepted(TokenService service, String token) {
        return service.authenticator(new UrlSettings(null, true, false, "/"), 1 << 20)
                .authenticate(new Credentials.Bearer(token), "192.0.2.7");
    }

    @Test
    void theOwnerOfATokenIsWhoAskedForIt() {
        Identity ci =
                new Identity(Kind.ROBOT, "ci", Set.of("build", "a b"), Map.of("ref", "main"), null);
        Identity alice = Identity.user("alice", Set.of());
        TokenService service = service(AccessPolicy.named(), alice, ci);
        TokenService.Issued issued = issue(service, "ci", "scope=repository:a:pull");

        assertThat(accepted(service, issued.token()))
                .isEqualTo(
                        new Identity(ci.kind(), "ci", ci.groups(), ci.claims(), issued.grants()));
        assertThat(accepted(service, issue(service, "alice", "").token()))
                .isEqualTo(new Identity(Kind.USER, "alice", Set.of(), List.of()));
    }

    @Test
    void eachActionIsDecidedByThePolicyForTheCaller() {
        AccessPolicy policy =
                (caller, scope) ->
                        caller.address().equals("192.0.2.7")
                                && caller.groups().contains("dev")
                                && !scope.name().equals("secret")
                                && !scope.actions().contains(Action.DELETE);
        TokenService service =
                service(
                        policy,
                        Identity.user("alice", Set.of("dev")),
                        Identity.user("bob", Set.of()));
        String query =
                "scope=repository:a:*&scope=repository:secret:pull&scope=registry:catalog:*"
                        + "&scope=registry:administration:admin";

        assertThat(issue(service, "alice", query).grants())
                .extracting(grant -> grant.name() + " " + new TreeSet<>(grant.actions()))
                .containsExactly("a [pull, push]", "catalog [*]", "administration [admin]");
        assertThat(issue(service, "bob", query).grants()).isEmpty();
    }

    @Test
    void anonymousClientsGetWhatIsPublic() {
        TokenService service = service((_, scope) -> scope.actions().equals(List.of(Action.PULL)));
        TokenService.Issued issued =
                service.issue(
                        new Credentials.None(), parameters("scope=repository:a:pull,push"), SENDER);
        Identity identity = Objects.requireNonNull(accepted(service, issued.token()));

        assertThat(identity.kind()).isEqualTo(Kind.ANONYMOUS);
        assertThat(identity.grants()).isEqualTo(issued.grants()).hasSize(1);
        assertThat(issued.grants().getFirst().actions()).containsExactly("pull");
    }

    @Test
    void anOwnerWhoDoesNotFitIntoATokenGetsNone() {
        Set<String> groups = new HashSet<>();
        IntStream.range(0, 8).forEach(i -> groups.add(i + "g".repeat(1023)));
        TokenService fits = service(AccessPolicy.named(), Identity.user("alice", groups));
        TokenService.Issued issued = issue(fits, "alice", "");
        assertThat(accepted(fits, issued.token())).extracting(Identity::groups).isEqualTo(groups);

        groups.add("one more");
        TokenService tooMany = service(AccessPolicy.named(), Identity.user("alice", groups));
        assertThatThrownBy(() -> issue(tooMany, "alice", ""))
                .isInstanceOfSatisfying(
                        TokenRequestException.class, e -> assertThat(e.status()).isEqualTo(403));
    }

    @Test
    void aTokenEndsInTime() {
        TokenService service = service(AccessPolicy.named(), Identity.user("alice", Set.of()));
        String token = issue(service, "alice", "").token();

        clock.advance(Duration.ofMinutes(6).minusSeconds(1));
        assertThat(accepted(service, token)).isNotNull();
        clock.advance(Duration.ofSeconds(1));
        assertThat(accepted(service, token)).isNull();
    }

    @Test
    void whoIsKeptByNobodyGetsNoRefreshToken() {
        TokenService service = service(AccessPolicy.named(), Identity.user("alice", Set.of()));

        assertThat(issue(service, "alice", "offline_token=true").refreshToken()).isNull();
    }

    @Test
    void aTokenThatSaysNothingOfItsOwnerIsNotAccepted() {
        TokenService service = service(AccessPolicy.named());
        String token =
                service.keys()
                        .getFirst()
                        .sign(
                                JOSEObjectType.JWT,
                                Map.of(
                                        "iss", "berth",
                                        "aud", "registry.example.com",
                                        "sub", "alice",
                                        "exp", clock.instant().getEpochSecond() + 60));

        assertThat(accepted(service, token)).isNull();
    }

    @Test
    void theKeyMayBeThatOfTheAdministrator(@TempDir Path folder) throws Exception {
        SigningKey key =
                KeyRing.EMPTY
                        .withNewKey("n", clock.instant(), Duration.ZERO)
                        .signing(clock.instant());
        Path certificate =
                Files.writeString(
                        folder.resolve("c"),
                        pem("CERTIFICATE", SigningKey.encoded(key.certificate())));
        Path secret =
                Files.writeString(
                        folder.resolve("k"), pem("PRIVATE KEY", key.privateKey().getEncoded()));
        TokenService service =
                TokenService.of(
                        settings(certificate, secret),
                        documents,
                        List.of(new One(Identity.user("alice", Set.of()))),
                        AccessPolicy.named(),
                        clock);
        String token = issue(service, "alice", "").token();

        assertThat(accepted(service, token)).isNotNull();
        assertThat(JWSObject.parse(token).getHeader().getKeyID())
                .isEqualTo(key.publicJwk().get("kid"));
        assertThat(documents.reads).hasValue(0);
    }

    @Test
    void filesThatDoNotGoTogetherAreRefused(@TempDir Path folder) throws Exception {
        KeyRing two =
                KeyRing.EMPTY
                        .withNewKey("n", clock.instant(), Duration.ZERO)
                        .withNewKey("n", clock.instant(), Duration.ZERO);
        SigningKey one = two.entries().getFirst().key();
        SigningKey other = two.entries().getLast().key();
        Path certificate =
                Files.writeString(
                        folder.resolve("c"),
                        pem("CERTIFICATE", SigningKey.encoded(one.certificate())));
        Path secret =
                Files.writeString(
                        folder.resolve("k"), pem("PRIVATE KEY", other.privateKey().getEncoded()));

        assertThatThrownBy(() -> SigningKeyFiles.read(certificate, secret))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining("the certificate is that of another key");
        assertThatThrownBy(() -> SigningKeyFiles.read(certificate, certificate))
                .hasMessageContaining("auth.tokenservice.key is ")
                .hasMessageContaining("has no private key");
        assertThatThrownBy(() -> SigningKeyFiles.read(folder.resolve("x"), secret))
                .hasMessageContaining("auth.tokenservice.certificate is ")
                .hasMessageContaining("does not exist");
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(kind, Base64.getMimeEncoder().encodeToString(der), kind);
    }
}
