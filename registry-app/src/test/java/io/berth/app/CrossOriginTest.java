package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a browser asks before it lets a page of another origin use the registry. */
class CrossOriginTest {

    private static final String[] PATHS = {
        "/v2/",
        "/v2/_catalog",
        "/v2/a/tags/list",
        "/v2/a/manifests/latest",
        "//v2/a/manifests/v1",
        "*"
    };

    private static final String PREFLIGHT =
            "Origin: http://ui.example\r\n"
                    + "Access-Control-Request-Method: DELETE\r\n"
                    + "Access-Control-Request-Headers: accept\r\n";

    @TempDir Path folder;

    @Test
    void isToldWhatTheAdministratorAllows() throws Exception {
        Map<String, String> settings =
                Map.of(
                        "http.headers.[Access-Control-Allow-Origin]", "http://ui.example",
                        "http.headers.[Access-Control-Allow-Methods]", "GET,DELETE",
                        "http.headers.[Access-Control-Allow-Headers]", "Accept");
        try (TestServer server = TestServer.on(folder, settings);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            for (String path : PATHS) {
                http.send(RawHttpConnection.head("OPTIONS", path, PREFLIGHT));
                Response response = http.head();
                assertThat(response.status()).as(path).isEqualTo(204);
                assertThat(response.header("Allow"))
                        .startsWith("GET, HEAD")
                        .doesNotContain("TRACE");
                assertThat(response.header("Access-Control-Allow-Origin"))
                        .isEqualTo("http://ui.example");
                assertThat(response.header("Access-Control-Allow-Methods")).contains("DELETE");
                assertThat(response.header("Access-Control-Allow-Headers")).isEqualTo("Accept");
            }
            assertThat(http.get("/v2/").read().text()).as("nothing else was sent").isEqualTo("{}");
            Response refused = http.get("/v2/a/manifests/v1").read();
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.header("Access-Control-Allow-Origin")).isNotNull();
        }
    }

    @Test
    void isToldNothingThatTheAdministratorDoesNotSay() throws Exception {
        try (TestServer server = TestServer.on(folder);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            for (String path : PATHS) {
                http.send(RawHttpConnection.head("OPTIONS", path, PREFLIGHT));
                Response response = http.head();
                assertThat(response.status()).as(path).isEqualTo(204);
                assertThat(response.headers().keySet())
                        .noneMatch(name -> name.startsWith("access-control"));
            }
        }
    }
}
