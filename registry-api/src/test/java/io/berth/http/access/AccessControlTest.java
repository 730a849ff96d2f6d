package io.berth.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.access.AccessPolicy;
import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.ApiSettings;
import io.berth.http.RegistryApi;
import io.berth.http.TestApi;
import io.berth.name.RepositoryName;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

/** Every method of every path, with no, bad, insufficient and right credentials. */
class AccessControlTest {

    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW");

    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String UPLOAD = "0b1e3f60-5b0a-4c2e-9a53-0d8f6d1c2b3a";

    /** Paths in a private repository that exists, and in one that does not. */
    private static final List<String> IN_REPOSITORY =
            List.of(
                    "tags/list",
                    "manifests/v1",
                    "manifests/v2",
                    "manifests/" + DIGEST,
                    "blobs/" + DIGEST,
                    "blobs/uploads/",
                    "blobs/uploads/" + UPLOAD,
                    "referrers/" + DIGEST);

    private final Registry registry = filled();
    private final List<Credentials> checked = new ArrayList<>();
    private TestApi api;

    /** Knows the password of alice, who may do everything, and of bob, who may do nothing. */
    private final class TwoUsers implements Authenticator {

        @Override
        public @Nullable Identity authenticate(Credentials credentials, String client) {
            checked.add(credentials);
            return switch (credentials) {
                case Credentials.Basic(String user, String password)
                        when password.equals(user + "'s") ->
                        Identity.user(user, Set.of());
                case Credentials.Bearer(String token) when token.startsWith("grants:") ->
                        new Identity(Identity.Kind.USER, "token", Set.of(), grants(token));
                default -> null;
            };
        }

        private static List<Grant> grants(String token) {
            return Stream.of(token.substring("grants:".length()).split(";"))
                    .filter(text -> !text.isEmpty())
                    .map(text -> text.split(":", -1))
                    .map(
                            part ->
                                    new Grant(
                                            part[0],
                                            "",
                                            part[1],
                                            part[2].isEmpty()
                                                    ? Set.of()
                                                    : Set.of(part[2].split(","))))
                    .toList();
        }

        @Override
        public List<String> challenges(
                HttpServletRequest request, List<Scope> needed, Failure failure) {
            return List.of("Test scope=\"%s\", failure=%s".formatted(needed, failure), "Other");
        }
    }

    @BeforeEach
    void open() {
        AccessPolicy policy =
                (caller, scope) ->
                        caller.name().equals("alice")
                                || (scope.equals(
                                        Scope.of(RepositoryName.of("public"), Action.PULL)));
        api =
                new TestApi(
                        new RegistryApi(
                                registry,
                                ApiSettings.defaults(),
                                AccessControl.of(new TwoUsers(), policy)));
    }

    /** A registry with an image in the repository {@code a}. */
    private static Registry filled() {
        Registry registry = TestApi.emptyRegistry();
        String image = TestContent.image("a").pushBlobs(registry, RepositoryName.of("a")).json();
        new TestApi(registry).put("/v2/a/manifests/v1").body(image).send().is(201);
        return registry;
    }

    static Stream<String> requests() {
        List<String> paths = new ArrayList<>(List.of("/v2/_catalog"));
        for (String repository : List.of("a", "none")) {
            IN_REPOSITORY.forEach(path -> paths.add("/v2/" + repository + "/" + path));
        }
        return paths.stream().flatMap(path -> METHODS.stream().map(method -> method + " " + path));
    }

    private TestApi.Request request(String request) {
        String[] words = request.split(" ");
        return api.request(words[0], words[1]).header("Content-Length", 5).bodyThatMustNotBeRead();
    }

    private Caller administrator(@Nullable String authorization) {
        AccessPolicy policy = (caller, _) -> !caller.name().equals("bob");
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
        if (authorization != null) {
            request.addHeader("Authorization", authorization);
        }
        return AccessControl.of(new TwoUsers(), policy).administrator(request);
    }

    @Test
    void anAdministratorHasANameAndTheRight() {
        assertThat(administrator(basic("alice", "alice's")).name()).isEqualTo("alice");
        assertThat(administrator("Bearer grants:registry:administration:admin").name())
                .isEqualTo("token");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "Bearer grants:registry:administration:*",
                "Bearer grants:registry:catalog:*",
                "Bearer grants:",
                "Bearer unknown",
                "Basic YWxpY2U6"
            })
    void nobodyElseIsOneWhateverThePolicySays(@Nullable String authorization) {
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> administrator(authorization))
                .matches(e -> e.code() == ErrorCode.UNAUTHORIZED);
    }

    @Test
    void aUserWithoutTheRightIsDenied() {
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> administrator(basic("bob", "bob's")))
                .matches(e -> e.code() == ErrorCode.DENIED);
    }

    @Test
    void nobodyIsOneWithoutAuthentication() {
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> AccessControl.open().administrator(new MockHttpServletRequest()))
                .matches(e -> e.code() == ErrorCode.DENIED);
    }

    private static String basic(String user, String password) {
        byte[] text = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(text);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void withoutCredentialsNothingIsAnsweredButAChallenge(String request) {
        TestApi.Answer answer = request(request).send().isError(401, "UNAUTHORIZED");

        assertThat(answer.response().getHeaders("WWW-Authenticate")).hasSize(2);
        assertThat(answer.header("WWW-Authenticate"))
                .contains("failure=NO_CREDENTIALS")
                .contains(request.contains("_catalog") ? "registry:catalog:*" : "repository:");
        assertThat(checked).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("requests")
    void badCredentialsAreRefusedBeforeAnythingElse(String request) {
        for (String bad :
                List.of(
                        basic("alice", "wrong"),
                        basic("unknown-user", ""),
                        "Bearer unknown",
                        "Basic",
                        "Basic %%%",
                        "Digest x")) {
            TestApi.Answer answer =
                    request(request)
                            .header("Authorization", bad)
                            .send()
                            .isError(401, "UNAUTHORIZED");
            assertThat(answer.header("WWW-Authenticate")).contains("failure=INVALID_CREDENTIALS");
        }
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aUserWhoMayNotIsRefusedAlikeWhetherTheRepositoryExists(String request) {
        request(request)
                .header("Authorization", basic("bob", "bob's"))
                .send()
                .isError(403, "DENIED");
        request(request)
                .header("Authorization", "Bearer grants:repository:other:*;registry:other:*")
                .send()
                .isError(401, "UNAUTHORIZED");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aUserWhoMayIsAnsweredAsWithoutAuthentication(String request) {
        String[] words = request.split(" ");
        TestApi open = new TestApi(filled());

        TestApi.Answer expected = open.request(words[0], words[1]).send();
        TestApi.Answer answer =
                api.request(words[0], words[1])
                        .header("Authorization", basic("alice", "alice's"))
                        .send();

        assertThat(answer.response().getStatus()).isEqualTo(expected.response().getStatus());
    }

    @Test
    void theBaseAsksForCredentialsAlsoWhereSomethingIsPublic() {
        api.get("/v2/").send().isError(401, "UNAUTHORIZED");
        api.get("/v2/").header("Authorization", basic("bob", "bob's")).send().is(200);
        api.get("/v2/").header("Authorization", "Bearer grants:").send().is(200);
        api.get("/v2/public/tags/list").send().isError(404, "NAME_UNKNOWN");
        api.put("/v2/public/manifests/v1")
                .bodyThatMustNotBeRead()
                .send()
                .isError(401, "UNAUTHORIZED");
    }

    @Test
    void probesAndPreflightsNeedNoCredentials() {
        api.get("/").send().is(200);
        api.request("OPTIONS", "/v2/a/manifests/v1").send().is(204);
        api.request("OPTIONS", "/v2/").send().is(204);
    }

    @Test
    void eachMethodNeedsItsOwnGrant() {
        String pull = "Bearer grants:repository:a:pull";
        String push = "Bearer grants:repository:a:pull,push";
        String delete = "Bearer grants:repository:a:delete";

        api.get("/v2/a/manifests/v1").header("Authorization", pull).send().is(200);
        api.get("/v2/a/manifests/v1").header("Authorization", delete).send().is(401);
        api.post("/v2/a/blobs/uploads/").header("Authorization", pull).send().is(401);
        api.post("/v2/a/blobs/uploads/").header("Authorization", push).send().is(202);
        api.delete("/v2/a/manifests/v1").header("Authorization", push).send().is(401);
        api.delete("/v2/a/manifests/v1").header("Authorization", delete).send().is(202);
    }

    @Test
    void aSessionIsOfTheRepositoryThatItWasOpenedIn() {
        String session =
                api.post("/v2/a/blobs/uploads/")
                        .header("Authorization", "Bearer grants:repository:a:pull,push")
                        .send()
                        .is(202)
                        .header("Location");

        String other = "Bearer grants:repository:b:pull,push";
        api.get(session).header("Authorization", other).send().is(401);
        api.patch(session.replace("/v2/a/", "/v2/b/"))
                .header("Authorization", other)
                .body("x")
                .send()
                .isError(404, "BLOB_UPLOAD_UNKNOWN");
    }

    private TestApi.Answer mount(String from, String credentials) {
        String digest = TestContent.sha256(TestContent.bytes("layer of a")).toString();
        return api.post("/v2/target/blobs/uploads/?mount=" + digest + from)
                .header("Authorization", credentials)
                .send();
    }

    @Test
    void aMountNeedsPullOnItsSource() {
        String both = "Bearer grants:repository:target:pull,push;repository:a:pull";
        String denied = "Bearer grants:repository:target:pull,push;repository:a:";
        String notAsked = "Bearer grants:repository:target:pull,push";

        mount("&from=a", both).is(201);
        mount("&from=a", denied).is(202);
        assertThat(mount("&from=a", notAsked).is(401).header("WWW-Authenticate"))
                .contains("repository:target:pull,push")
                .contains("repository:a:pull");
        mount("&from=none", notAsked).is(401); // alike, whether it exists
    }

    @Test
    void aMountWithoutASourceLooksOnlyWhereTheCallerMayPull() {
        mount("", "Bearer grants:repository:target:pull,push").is(202);
        mount("", "Bearer grants:repository:target:pull,push;repository:a:pull").is(201);
    }

    @Test
    void credentialsThatAreSentTwiceAreRefused() {
        api.get("/v2/a/tags/list")
                .header("Authorization", basic("alice", "alice's"))
                .header("Authorization", basic("bob", "bob's"))
                .send()
                .is(401);
    }

    @Test
    void secretsAreNotShown() {
        assertThat(new Credentials.Basic("alice", "secret")).hasToString("Basic[user=alice]");
        assertThat(new Credentials.Bearer("secret")).hasToString("Bearer[]");
    }
}
