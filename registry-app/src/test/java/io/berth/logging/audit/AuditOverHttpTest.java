package io.berth.logging.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.admin.AdminExchanges;
import io.berth.app.TestServer;
import io.berth.client.RawHttpConnection;
import io.berth.server.DebugListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the log has of clients and administrators of a whole server. */
class AuditOverHttpTest {

    private static final byte[] NOTHING = {};
    private static final String EMPTY =
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir Path folder;

    private static String as(String credentials) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8))
                + "\r\n";
    }

    @Test
    void hasWhoDidWhat() throws Exception {
        Path users = folder.resolve("users");
        Files.writeString(users, "alice:" + new BCryptPasswordEncoder(4).encode("secret!"));
        Path file = folder.resolve("audit.log");
        Map<String, String> settings = new HashMap<>();
        settings.put("auth.htpasswd.realm", "r");
        settings.put("auth.htpasswd.path", users.toString());
        settings.put("http.debug.addr", "127.0.0.1:0");
        settings.put("audit.enabled", "true");
        settings.put("audit.file", file.toString());
        try (TestServer server = TestServer.on(folder.resolve("data"), settings)) {
            String push = "/v2/a/blobs/uploads/?digest=" + EMPTY;
            assertThat(status(server, "POST", push, "")).isEqualTo(401);
            assertThat(status(server, "POST", push, as("alice:secret!"))).isEqualTo(201);
            assertThat(status(server, "POST", push, as("al\"ice:guessed!"))).isEqualTo(401);
            assertThat(status(server, "GET", "/api/v1", as("alice:secret!"))).isEqualTo(403);
            new AdminExchanges(server.context().getBean(DebugListener.class).port())
                    .send("PUT", "/read-only", "{\"reason\":\"a backup\"}");
            assertThat(status(server, "POST", push, as("alice:secret!"))).isEqualTo(405);
        }

        List<JsonNode> lines =
                Files.readAllLines(file).stream().map(JsonMapper.shared()::readTree).toList();
        assertThat(lines)
                .extracting(
                        line ->
                                line.path("action").asString()
                                        + " "
                                        + line.path("outcome").asString()
                                        + " "
                                        + line.path("name").asString())
                .containsExactly(
                        "blob.push done alice",
                        "login refused ",
                        "access refused alice",
                        "administration done local",
                        "blob.push refused alice");
        assertThat(lines.getFirst().path("repository").asString()).isEqualTo("a");
        assertThat(lines.getFirst().path("address").asString()).isEqualTo("127.0.0.1");
        assertThat(lines.getFirst().path("request").asString()).isNotEmpty();
        assertThat(lines.get(1).path("reason").asString()).isEqualTo("as al\"ice");
        assertThat(lines.get(3).path("reason").asString()).isEqualTo("PUT /api/v1/read-only");
        assertThat(Files.readString(file)).doesNotContain("secret!").doesNotContain("guessed!");
    }

    @Test
    void isNotThereUnlessItIsWanted() throws Exception {
        Path file = folder.resolve("audit.log");
        Map<String, String> settings = Map.of("audit.file", file.toString());
        try (TestServer server = TestServer.on(folder.resolve("data"), settings)) {
            assertThat(status(server, "POST", "/v2/a/blobs/uploads/?digest=" + EMPTY, ""))
                    .isEqualTo(201);
        }
        assertThat(file).doesNotExist();
    }

    private static int status(TestServer server, String method, String path, String headers)
            throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.request(method, path, headers, NOTHING).read().status();
        }
    }
}
