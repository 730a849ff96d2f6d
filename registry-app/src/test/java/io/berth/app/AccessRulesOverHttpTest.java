package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.client.RecordedRegistry;
import io.berth.registry.Registry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules of a policy file behind the whole server. */
@Timeout(60)
class AccessRulesOverHttpTest {

    /** The password is "open sesame". */
    private static final String HASH =
            ":$2y$05$86Sw5q.ikR8iiZ3PLLXLIe./2eR4nx98sjLBMlpXw/fuhSyuRP4CG\n";

    private static final String RULES =
            """
            access:
              rules:
                - who: [anonymous, "*"]
                  repositories: [public/**]
                  actions: [pull]
                - who: ci
                  repositories: ["**"]
                  registry: true
                  actions: [pull, push, create, tag-overwrite]
                - who: alice
                  registry: true
                  actions: [pull]
                - who: alice
                  repositories: [alice/**]
                  actions: [pull]
            """;

    private static final String MANIFEST =
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""";

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    @TempDir Path folder;

    private Path policy;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        Path users = Files.writeString(folder.resolve("users"), "ci" + HASH + "alice" + HASH);
        policy = folder.resolve("policy.yml");
        write(RULES);
        server =
                TestServer.on(
                        folder.resolve("data"),
                        Map.of(
                                "auth.htpasswd.realm", "Registry",
                                "auth.htpasswd.path", users.toString(),
                                "policy.file", policy.toString()),
                        (name, bean) -> name.equals("guarded") ? recording((Registry) bean) : bean);
        for (String name : List.of("public/app", "private/app", "alice/app")) {
            assertThat(push("ci", name, "v1", MANIFEST).status()).isEqualTo(201);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Registry recording(Registry registry) {
        return RecordedRegistry.of(registry, (method, _) -> asked.add(method));
    }

    private void write(String text) throws IOException {
        Files.writeString(policy, text);
        Files.setLastModifiedTime(policy, FileTime.from(Instant.now().minusSeconds(60)));
    }

    private static String login(String user) {
        byte[] credentials = (user + ":open sesame").getBytes(StandardCharsets.UTF_8);
        return user.isEmpty()
                ? ""
                : "Authorization: Basic "
                        + Base64.getEncoder().encodeToString(credentials)
                        + "\r\n";
    }

    private Response get(String user, String path) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(RawHttpConnection.head("GET", path, login(user)));
            return http.read();
        }
    }

    private Response push(String user, String name, String tag, String manifest) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(
                    RawHttpConnection.head(
                                    "PUT",
                                    "/v2/" + name + "/manifests/" + tag,
                                    login(user)
                                            + "Content-Type:"
                                            + " application/vnd.oci.image.index.v1+json\r\n"
                                            + "Content-Length: "
                                            + manifest.length()
                                            + "\r\n")
                            + manifest);
            return http.read();
        }
    }

    @Test
    void anyonePullsWhatIsPublicAndOnlyThat() throws Exception {
        assertThat(get("", "/v2/public/app/manifests/v1").status()).isEqualTo(200);
        assertThat(get("alice", "/v2/public/app/manifests/v1").status()).isEqualTo(200);
        assertThat(get("", "/v2/private/app/manifests/v1").status()).isEqualTo(401);
        assertThat(get("alice", "/v2/private/app/manifests/v1").status()).isEqualTo(403);
        assertThat(push("", "public/app", "v2", MANIFEST).status()).isEqualTo(401);
        assertThat(push("alice", "public/app", "v2", MANIFEST).status()).isEqualTo(403);
        assertThat(get("", "/v2/").status()).isEqualTo(401);
        assertThat(get("alice", "/v2/").status()).isEqualTo(200);
    }

    @Test
    void theListShowsWhatTheUserMayPull() throws Exception {
        assertThat(get("alice", "/v2/_catalog").text()).contains("[\"alice/app\",\"public/app\"]");
        assertThat(get("ci", "/v2/_catalog").text())
                .contains("[\"alice/app\",\"private/app\",\"public/app\"]");
        assertThat(get("", "/v2/_catalog").status()).isEqualTo(401);
    }

    /** Status, headers and body are the same, and nothing is asked of the registry. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "tags/list",
                "manifests/v1",
                "manifests/none",
                "blobs/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "referrers/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            })
    void noAnswerTellsWhetherAPrivateRepositoryExists(String path) throws Exception {
        for (String user : List.of("", "alice")) {
            asked.clear();
            String one = masked(get(user, "/v2/private/app/" + path), "private/app");
            String other = masked(get(user, "/v2/private/non/" + path), "private/non");

            assertThat(one).isEqualTo(other).startsWith(user.isEmpty() ? "401" : "403");
            assertThat(asked).isEmpty();
        }
    }

    private static String masked(Response response, String name) {
        Map<String, String> headers = new TreeMap<>(response.headers());
        headers.remove("date");
        String id = String.valueOf(headers.remove("x-request-id"));
        return (response.status() + "\n" + headers + "\n" + response.text())
                .replace(name, "NAME")
                .replace(id, "ID");
    }

    @Test
    void aChangeOfTheFileCountsButAWrongOneDoesNot() throws Exception {
        write("access: wrong");
        Thread.sleep(1100);
        assertThat(get("", "/v2/public/app/manifests/v1").status()).isEqualTo(200);

        write(RULES.replace("public", "elsewhere"));
        while (get("", "/v2/public/app/manifests/v1").status() == 200) {
            Thread.sleep(50);
        }
        assertThat(get("", "/v2/public/app/manifests/v1").status()).isEqualTo(401);
    }
}
