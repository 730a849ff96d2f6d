package io.berth.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.admin.AdminExchanges.Answer;
import io.berth.app.TestServer;
import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.server.DebugListener;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What administrators and clients see of the read-only mode. */
class ReadOnlyOverHttpTest {

    private static final byte[] NOTHING = {};
    private static final Map<String, String> DEBUG = Map.of("http.debug.addr", "127.0.0.1:0");
    private static final String WANTED =
            "{\"reason\":\"a backup\",\"repositories\":[\"library/**\"],\"until\":\"2999-01-01T00:00:00Z\"}";

    @TempDir Path folder;

    private static AdminExchanges admin(TestServer server) {
        return new AdminExchanges(server.context().getBean(DebugListener.class).port());
    }

    private static Response ask(TestServer server, String method, String path) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.request(method, path, "", NOTHING).read();
        }
    }

    @Test
    void clientsAreToldWhyAndCanCancelUploads() throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG)) {
            AdminExchanges admin = admin(server);
            String uploads = "/v2/library/app/blobs/uploads/";
            String location =
                    Objects.requireNonNull(ask(server, "POST", uploads).header("Location"));
            assertThat(admin.get("/read-only").text("state")).isEqualTo("off");

            Answer on = admin.send("PUT", "/read-only", WANTED);
            assertThat(on.text("state")).isEqualTo("on");
            assertThat(on.text("by")).isEqualTo("local");

            Response refused = ask(server, "POST", uploads);
            assertThat(refused.status()).isEqualTo(405);
            assertThat(refused.header("Allow")).isNotNull().doesNotContain("POST");
            assertThat(refused.text())
                    .contains("\"code\":\"UNSUPPORTED\"")
                    .contains(
                            "\"message\":\"the repository is read-only until 2999-01-01T00:00:00Z: a backup\"")
                    .contains("\"by\":\"local\"");
            assertThat(ask(server, "PATCH", location).status()).isEqualTo(405);
            assertThat(ask(server, "DELETE", "/v2/library/app/manifests/v1").status())
                    .isEqualTo(405);
            assertThat(ask(server, "DELETE", location).status()).isEqualTo(204);
            assertThat(ask(server, "GET", "/v2/library/app/tags/list").status()).isEqualTo(404);
            assertThat(ask(server, "POST", "/v2/other/blobs/uploads/").status()).isEqualTo(202);

            assertThat(admin.delete("/read-only").status()).isEqualTo(204);
            assertThat(ask(server, "POST", uploads).status()).isEqualTo(202);
            assertThat(admin.delete("/read-only").status()).isEqualTo(204);
        }
    }

    @Test
    void staysOnAfterARestart() throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG)) {
            admin(server).send("PUT", "/read-only", "{\"reason\":\"a backup\"}");
        }
        try (TestServer server = TestServer.on(folder, DEBUG)) {
            assertThat(ask(server, "POST", "/v2/a/blobs/uploads/").status()).isEqualTo(405);
            assertThat(admin(server).get("/read-only").text("state")).isEqualTo("on");
        }
    }

    @Test
    void endsByItself() throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG)) {
            String soon = Instant.now().plusSeconds(2).toString();
            admin(server)
                    .send("PUT", "/read-only", "{\"reason\":\"r\",\"until\":\"" + soon + "\"}");
            assertThat(ask(server, "POST", "/v2/a/blobs/uploads/").status()).isEqualTo(405);

            Awaitility.await()
                    .until(() -> ask(server, "POST", "/v2/a/blobs/uploads/").status() == 202);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{",
                "{\"reason\":\"\"}",
                "{\"reason\":\"a\\nb\"}",
                "{\"reason\":\"r\",\"repositories\":[]}",
                "{\"reason\":\"r\",\"repositories\":[null]}",
                "{\"reason\":\"r\",\"repositories\":[\"*\"]}",
                "{\"reason\":\"r\",\"until\":\"2001-01-01T00:00:00Z\"}",
                "{\"reason\":\"r\",\"untill\":\"2999-01-01T00:00:00Z\"}",
                "{\"reason\":\"r\"} {}"
            })
    void whatIsWrongChangesNothing(String body) throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG)) {
            assertThat(admin(server).send("PUT", "/read-only", body).status()).isEqualTo(400);
            assertThat(ask(server, "POST", "/v2/a/blobs/uploads/").status()).isEqualTo(202);
        }
    }

    @Test
    void aBodyHasALimit() throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG)) {
            String long256 = " ".repeat(BodyLimit.MAX_BYTES);
            assertThat(admin(server).send("PUT", "/read-only", long256 + "{}").status())
                    .isEqualTo(413);
        }
    }
}
