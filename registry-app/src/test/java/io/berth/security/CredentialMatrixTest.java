package io.berth.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import io.berth.app.TestServer;
import io.berth.auth.oidc.TestIssuer;
import io.berth.auth.robot.RobotAccounts;
import io.berth.auth.robot.RobotName;
import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.server.tls.TestCertificates;
import io.berth.server.tls.TestCertificates.Identity;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every method of every route, with no, bad, insufficient and right credentials of each kind. One
 * server takes all kinds at once, over TLS; another one takes tokens of another service. A request
 * that is refused sends no body, so an answer shows that none was waited for.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CredentialMatrixTest {

    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW");

    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String UPLOAD = "0b1e3f60-5b0a-4c2e-9a53-0d8f6d1c2b3a";

    private static final List<String> IN_REPOSITORY =
            List.of(
                    "tags/list",
                    "manifests/v1",
                    "manifests/" + DIGEST,
                    "blobs/" + DIGEST,
                    "blobs/uploads/",
                    "blobs/uploads/" + UPLOAD,
                    "referrers/" + DIGEST);

    private static final String PASSWORD = "open sesame";

    /** The rules allow everything to alice, and nothing to bob, who has the same password. */
    private static final String USERS =
            AttackedServer.USERS + AttackedServer.USERS.replace("alice", "bob");

    private static final String RULES =
            """
            access:
              rules:
                - who: [alice, "robot:right", "user:ci:acme/app"]
                  repositories: ["**"]
                  registry: true
                  actions: ["*"]
            """;

    /** A kind of credentials. */
    private enum Kind {
        HTPASSWD(403),
        TOKEN(401),
        TOKEN_SERVICE(401),
        OIDC(403),
        ROBOT(403),
        CERTIFICATE(403);

        /** The status for credentials that are right but not enough. */
        private final int insufficient;

        Kind(int insufficient) {
            this.insufficient = insufficient;
        }
    }

    /**
     * What a request shows.
     *
     * @param authorization empty: none
     * @param certificate of the client; {@code null}: none
     */
    private record Shown(String authorization, @Nullable Identity certificate) {

        private static final Shown NOTHING = new Shown("", null);

        private static Shown of(String authorization) {
            return new Shown(authorization, null);
        }
    }

    private record Credentials(Shown bad, Shown insufficient, Shown right) {}

    private static final Identity ROOT = TestCertificates.authority("root");
    private static final Identity CLIENTS = TestCertificates.authority("clients");

    private final ECKey issuerKey = TestIssuer.ec("k");
    private final TestIssuer issuer = new TestIssuer(issuerKey);
    private final Map<Kind, Credentials> credentials = new TreeMap<>();
    private TestServer all;
    private AttackedServer tokens;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path users = Files.writeString(folder.resolve("users"), USERS);
        Path rules = Files.writeString(folder.resolve("policy.yml"), RULES);
        Path authorities =
                Files.writeString(
                        folder.resolve("authorities"), TestCertificates.pem(CLIENTS.certificate()));
        TestCertificates.write(folder, TestCertificates.issue(ROOT, "server"));
        Map<String, String> settings = new TreeMap<>();
        settings.put("http.tls.certificate", folder.resolve("server.pem").toString());
        settings.put("http.tls.key", folder.resolve("server.key").toString());
        settings.put("http.tls.clientcas", authorities.toString());
        settings.put("http.tls.clientauth", "verify-client-cert-if-given");
        settings.put("auth.certificate.name", "commonname");
        settings.put("auth.htpasswd.realm", "r");
        settings.put("auth.htpasswd.path", users.toString());
        settings.put("auth.tokenservice.service", "registry.example.com");
        settings.put("auth.robots.enabled", "true");
        settings.put("auth.oidc.ci.issuer", issuer.url());
        settings.put("auth.oidc.ci.audience", TestIssuer.AUDIENCE);
        settings.put("auth.oidc.ci.name", "{repository}");
        settings.put("auth.oidc.ci.required.repository_owner", "acme");
        settings.put("policy.file", rules.toString());
        all = TestServer.on(folder.resolve("all"), settings);
        tokens = new AttackedServer(Files.createDirectory(folder.resolve("tokens")), Map.of());
        makePasswordsAndCertificates();
        makeTokens();
    }

    @AfterAll
    void stop() {
        all.close();
        tokens.close();
        issuer.close();
    }

    private void makePasswordsAndCertificates() {
        credentials.put(
                Kind.HTPASSWD,
                new Credentials(
                        basic("alice", "wrong"), basic("bob", PASSWORD), basic("alice", PASSWORD)));
        credentials.put(
                Kind.ROBOT,
                new Credentials(
                        basic("robot/right", "wrong"),
                        basic("robot/other", robot("other")),
                        basic("robot/right", robot("right"))));
        Identity alice = TestCertificates.issue(CLIENTS, "alice");
        credentials.put(
                Kind.CERTIFICATE,
                new Credentials(
                        new Shown(basic("bob", "wrong").authorization(), alice),
                        new Shown("", TestCertificates.issue(CLIENTS, "bob")),
                        new Shown("", alice)));
    }

    private void makeTokens() throws Exception {
        String right =
                foreign(
                        "repository:a:pull,push,delete",
                        "repository:none:pull,push,delete",
                        "registry:catalog:*");
        credentials.put(
                Kind.TOKEN,
                new Credentials(
                        altered(right), Shown.of(foreign("repository:b:*")), Shown.of(right)));
        String issued = issued("alice");
        credentials.put(
                Kind.TOKEN_SERVICE,
                new Credentials(altered(issued), Shown.of(issued("bob")), Shown.of(issued)));
        credentials.put(
                Kind.OIDC,
                new Credentials(
                        workload(TestIssuer.ec("k"), "acme/app"),
                        workload(issuerKey, "acme/other"),
                        workload(issuerKey, "acme/app")));
    }

    private static Shown basic(String user, String password) {
        byte[] text = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return Shown.of("Basic " + Base64.getEncoder().encodeToString(text));
    }

    /** The same token with another signature. */
    private static Shown altered(String token) {
        int at = token.lastIndexOf('.') + 5;
        char other = token.charAt(at) == 'A' ? 'B' : 'A';
        return Shown.of(token.substring(0, at) + other + token.substring(at + 1));
    }

    /** A token of another service. */
    private String foreign(String... scopes) {
        return tokens.may(scopes).strip().substring("Authorization: ".length());
    }

    /** A token of the registry for all that the routes need, as far as the user may have it. */
    private String issued(String user) throws Exception {
        String path =
                "/token?service=registry.example.com&scope=repository:a:pull,push,delete"
                        + "&scope=repository:none:pull,push,delete&scope=registry:catalog:*";
        String headers = "Authorization: " + basic(user, PASSWORD).authorization() + "\r\n";
        try (RawHttpConnection http = connect(Kind.TOKEN_SERVICE, null)) {
            Response answer = http.send(RawHttpConnection.head("GET", path, headers)).read();
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            return "Bearer " + JsonMapper.shared().readTree(answer.text()).get("token").asString();
        }
    }

    private Shown workload(ECKey key, String repository) {
        Map<String, Object> claims = TestIssuer.claims(issuer.url(), Instant.now());
        claims.put("repository", repository);
        return Shown.of("Bearer " + TestIssuer.token(key, claims));
    }

    private String robot(String name) {
        return all.context()
                .getBean(RobotAccounts.class)
                .create(new RobotName(name), "", Set.of(), Duration.ofDays(1))
                .orElseThrow()
                .secret();
    }

    private RawHttpConnection connect(Kind kind, @Nullable Identity certificate) throws Exception {
        if (kind == Kind.TOKEN) {
            return new RawHttpConnection(tokens.port());
        }
        Socket socket =
                TestCertificates.client(ROOT.certificate(), certificate)
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), all.port());
        return new RawHttpConnection(socket);
    }

    /**
     * @param body that is sent, of the five bytes that the request says to have
     */
    private Response send(Kind kind, Shown shown, String request, String body) throws Exception {
        String[] words = request.split(" ");
        String headers = "Connection: close\r\nContent-Length: 5\r\n";
        if (!shown.authorization().isEmpty()) {
            headers += "Authorization: " + shown.authorization() + "\r\n";
        }
        try (RawHttpConnection http = connect(kind, shown.certificate())) {
            http.send(RawHttpConnection.head(words[0], words[1], headers)).send(body);
            return words[0].equals("HEAD") ? http.head() : http.read();
        }
    }

    private static List<String> requests() {
        List<String> paths = new ArrayList<>(List.of("/v2/_catalog"));
        for (String repository : List.of("a", "none")) {
            IN_REPOSITORY.forEach(path -> paths.add("/v2/" + repository + "/" + path));
        }
        return METHODS.stream()
                .flatMap(method -> paths.stream().map(path -> method + " " + path))
                .toList();
    }

    private void expect(int status, Kind kind, Shown shown) throws Exception {
        for (String request : requests()) {
            Response answer = send(kind, shown, request, "");
            assertThat(answer.status()).as(request).isEqualTo(status);
            assertThat(answer.header("www-authenticate") != null)
                    .as("challenge of %s", request)
                    .isEqualTo(status == 401);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void withoutCredentialsThereIsAChallenge(Kind kind) throws Exception {
        expect(401, kind, Shown.NOTHING);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void badCredentialsAreRefused(Kind kind) throws Exception {
        expect(401, kind, credentials.get(kind).bad());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void credentialsThatAreNotEnoughAreRefused(Kind kind) throws Exception {
        expect(kind.insufficient, kind, credentials.get(kind).insufficient());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void rightCredentialsAreLetIn(Kind kind) throws Exception {
        for (String request : requests()) {
            Response answer = send(kind, credentials.get(kind).right(), request, "12345");
            assertThat(answer.status()).as(request).isLessThan(500).isNotIn(401, 403, 429);
        }
    }
}
