package io.berth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.admin.AdminExchanges.Answer;
import io.berth.app.TestServer;
import io.berth.client.RawHttpConnection;
import io.berth.server.DebugListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** The frame of the administration API, and its first routes. */
class AdminApiTest {

    private static final byte[] NOTHING = {};
    private static final Map<String, String> DEBUG = Map.of("http.debug.addr", "127.0.0.1:0");

    @TempDir Path folder;

    private static int debugPort(TestServer server) {
        return server.context().getBean(DebugListener.class).port();
    }

    private static AdminExchanges debug(TestServer server) {
        return new AdminExchanges(debugPort(server));
    }

    private Map<String, String> withUsers() throws Exception {
        Path users = folder.resolve("users");
        Files.writeString(users, "alice:" + new BCryptPasswordEncoder(4).encode("her password"));
        Map<String, String> settings = new HashMap<>(DEBUG);
        settings.put("auth.htpasswd.realm", "r");
        settings.put("auth.htpasswd.path", users.toString());
        return settings;
    }

    private static String basic(String credentials) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString(credentials.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void thereIsNoOtherListenerUnlessOneIsWanted() {
        try (TestServer server = TestServer.on(folder)) {
            assertThat(server.context().getBeanProvider(DebugListener.class).getIfAvailable())
                    .isNull();
        }
    }

    @Test
    void aProgramOfThisMachineNeedsNoCredentials() throws Exception {
        try (TestServer server = TestServer.on(folder.resolve("data"), withUsers())) {
            Answer about = debug(server).get("");

            assertThat(about.status()).isEqualTo(200);
            assertThat(about.json().path("caller").path("kind").asString()).isEqualTo("local");
            assertThat(debug(server).get("/openapi.json").text("openapi")).startsWith("3.1");
        }
    }

    /** The host of a page of another site, whose name was made to lead here; and a proxy. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: example.com",
                "Host: localhost.example.com",
                "Host: 10.0.0.1",
                "Host: localhost\r\nX-Forwarded-For: 127.0.0.1",
                "Host: localhost\r\nForwarded: for=127.0.0.1"
            })
    void othersNeedThemEvenFromThisMachine(String headers) throws Exception {
        try (TestServer server = TestServer.on(folder.resolve("data"), withUsers());
                RawHttpConnection http = new RawHttpConnection(debugPort(server))) {
            String request = "GET /api/v1 HTTP/1.1\r\n" + headers + "\r\n\r\n";

            assertThat(http.send(request).read().status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "[::1]", "LOCALHOST", "127.1.2.3"})
    void thisMachineHasSeveralNames(String host) throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG);
                RawHttpConnection http = new RawHttpConnection(debugPort(server))) {
            String request = "GET /api/v1 HTTP/1.1\r\nHost: " + host + "\r\n\r\n";

            assertThat(http.send(request).read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/uploads", "/openapi.json", "/nowhere"})
    void theAddressOfClientsNeedsCredentials(String path) throws Exception {
        try (TestServer server = TestServer.on(folder.resolve("data"), withUsers())) {
            Answer refused = new AdminExchanges(server.port()).get(path);

            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.text("code")).isEqualTo("UNAUTHORIZED");
            assertThat(refused.response().headers().firstValue("WWW-Authenticate"))
                    .hasValue("Basic realm=\"r\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"alice:her password, 403", "alice:another, 401", "bob:her password, 401"})
    void aUserIsNoAdministrator(String credentials, int status) throws Exception {
        try (TestServer server = TestServer.on(folder.resolve("data"), withUsers())) {
            AdminExchanges admin = new AdminExchanges(server.port());

            assertThat(admin.send("GET", "", null, "Authorization", basic(credentials)).status())
                    .isEqualTo(status);
        }
    }

    @Test
    void withoutAuthenticationNobodyAdministersFromAfar() throws Exception {
        try (TestServer server = TestServer.on(folder)) {
            Answer refused = new AdminExchanges(server.port()).get("/uploads");

            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text("detail")).contains("http.debug.addr");
        }
    }

    @Test
    void clientsFindNothingOnTheOtherListener() throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG);
                RawHttpConnection http = new RawHttpConnection(debugPort(server))) {
            assertThat(http.get("/v2/").read().status()).isEqualTo(404);
            assertThat(http.get("/").read().status()).isEqualTo(404);
        }
    }

    @Test
    void anUploadIsSeenAndCancelled() throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            AdminExchanges admin = debug(server);
            assertThat(admin.get("/uploads").json().path("uploads")).isEmpty();

            String location = begun(http, "library/app");
            assertThat(http.request("PATCH", location, "", new byte[7]).read().status())
                    .isEqualTo(202);
            Answer list = admin.get("/uploads");
            assertThat(list.json().path("uploads")).hasSize(1);
            assertThat(list.json().at("/uploads/0/repository").asString()).isEqualTo("library/app");
            assertThat(list.json().at("/uploads/0/storedBytes").asLong()).isEqualTo(7);
            String id = list.json().at("/uploads/0/id").asString();
            assertThat(location).contains(id);

            assertThat(admin.delete("/uploads/" + id + "?repository=library/other").status())
                    .isEqualTo(404);
            assertThat(admin.delete("/uploads/" + id + "?repository=library/app").status())
                    .isEqualTo(204);
            assertThat(admin.get("/uploads").json().path("uploads")).isEmpty();
            assertThat(http.request("PATCH", location, "", new byte[7]).read().status())
                    .isEqualTo(404);
        }
    }

    private static String begun(RawHttpConnection http, String repository) throws Exception {
        String path = "/v2/" + repository + "/blobs/uploads/";
        return Objects.requireNonNull(
                http.request("POST", path, "", NOTHING).read().header("Location"));
    }

    @Test
    void uploadsComeInPages() throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            for (String repository : new String[] {"a", "a/b", "b"}) {
                http.request("PATCH", begun(http, repository), "", new byte[1]).read();
            }
            AdminExchanges admin = debug(server);
            StringBuilder seen = new StringBuilder();
            String next = "";
            for (int page = 0; page < 3; page++) {
                Answer one = admin.get("/uploads?n=1" + next);
                seen.append(one.json().at("/uploads/0/repository").asString()).append(' ');
                next = "&after=" + one.text("next");
                assertThat(one.json().has("next")).isEqualTo(page < 2);
            }
            assertThat(seen.toString().split(" ")).containsExactlyInAnyOrder("a", "a/b", "b");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /uploads?n=0, 400",
        "GET, /uploads?n=x, 400",
        "GET, /uploads?after=../../x, 400",
        "DELETE, /uploads/1?repository=a, 404",
        "DELETE, /uploads/018f0e43-1f2d-7b8a-9c3d-4e5f60718293, 400",
        "DELETE, /uploads/018f0e43-1f2d-7b8a-9c3d-4e5f60718293?repository=A, 400",
        "DELETE, /uploads/018f0e43-1f2d-7b8a-9c3d-4e5f60718293?repository=a, 404",
        "DELETE, /uploads, 405",
        "TRACE, /uploads, 405",
        "GET, /nowhere, 404"
    })
    void whatIsWrongIsAProblem(String method, String path, int status) throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG)) {
            Answer problem = debug(server).send(method, path, null);

            assertThat(problem.status()).isEqualTo(status);
            assertThat(problem.text("requestId")).isNotEmpty();
        }
    }

    /** A page of another site can make a browser send these, with the credentials it remembers. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=a",
                "text/json",
                "?"
            })
    void onlyJsonChangesSomething(String type) throws Exception {
        try (TestServer server = TestServer.on(folder, DEBUG)) {
            for (String method : new String[] {"POST", "PUT", "PATCH"}) {
                assertThat(
                                debug(server)
                                        .send(method, "/uploads", "{}", "Content-Type", type)
                                        .status())
                        .isEqualTo(415);
            }
        }
    }

    @Test
    void anAddressThatIsTakenEndsTheStart() throws Exception {
        try (TestServer server = TestServer.on(folder.resolve("a"))) {
            String taken = "127.0.0.1:" + server.port();
            assertThatThrownBy(
                            () ->
                                    TestServer.on(
                                                    folder.resolve("b"),
                                                    Map.of("http.debug.addr", taken))
                                            .close())
                    .hasStackTraceContaining("The setting http.debug.addr is \"" + taken);
        }
    }
}
