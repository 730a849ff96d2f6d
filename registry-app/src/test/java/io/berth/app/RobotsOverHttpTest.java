package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.auth.robot.RobotAccounts;
import io.berth.auth.robot.RobotName;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Robots log in to the whole server. */
@Timeout(120)
class RobotsOverHttpTest {

    private static final RobotName CI = new RobotName("ci");

    private final HttpClient http = HttpClient.newHttpClient();

    private HttpResponse<String> send(
            TestServer server, String method, String path, String authorization) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .header("Authorization", authorization)
                        .method(method, BodyPublishers.noBody())
                        .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private static String basic(String user, String password) {
        byte[] text = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(text);
    }

    private static String create(TestServer server) {
        return server.context()
                .getBean(RobotAccounts.class)
                .create(CI, "", Set.of(), Duration.ofDays(1))
                .orElseThrow()
                .secret();
    }

    @Test
    void aRobotPushesWithItsSecret(@TempDir Path folder) throws Exception {
        try (TestServer server = TestServer.on(folder, Map.of("auth.robots.enabled", "true"))) {
            String right = basic("robot/ci", create(server));
            String wrong = basic("robot/ci", "berth_robot_" + "0".repeat(64));

            assertThat(send(server, "GET", "/v2/", right).statusCode()).isEqualTo(200);
            assertThat(send(server, "POST", "/v2/a/blobs/uploads/", right).statusCode())
                    .isEqualTo(202);
            HttpResponse<String> refused = send(server, "GET", "/v2/", wrong);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().allValues("WWW-Authenticate"))
                    .containsExactly("Basic realm=\"Registry\"");
        }
    }

    /** The name is reserved also where a file of users has it. */
    @Test
    void aRobotGetsTokensBesideUsers(@TempDir Path folder) throws Exception {
        String hash = "$2y$05$86Sw5q.ikR8iiZ3PLLXLIe./2eR4nx98sjLBMlpXw/fuhSyuRP4CG";
        Path users =
                Files.writeString(
                        folder.resolve("users"), "alice:" + hash + "\nrobot/x:" + hash + "\n");
        Map<String, String> settings = new TreeMap<>();
        settings.put("auth.robots.enabled", "true");
        settings.put("auth.htpasswd.realm", "r");
        settings.put("auth.htpasswd.path", users.toString());
        settings.put("auth.tokenservice.service", "s");
        settings.put("auth.tokenservice.refreshlifetime", "24h");
        try (TestServer server = TestServer.on(folder.resolve("data"), settings)) {
            String robot = basic("robot/ci", create(server));
            HttpResponse<String> answer =
                    send(server, "GET", "/token?offline_token=true&scope=repository:a:pull", robot);

            assertThat(answer.statusCode()).isEqualTo(200);
            var document = JsonMapper.shared().readTree(answer.body());
            assertThat(document.has("refresh_token")).isFalse();
            String token = "Bearer " + document.get("token").asString();
            assertThat(send(server, "GET", "/v2/a/tags/list", token).statusCode()).isEqualTo(404);
            assertThat(send(server, "GET", "/v2/b/tags/list", token).statusCode()).isEqualTo(401);
            for (String path : new String[] {"/v2/", "/token"}) {
                String user = basic("robot/x", "open sesame");
                assertThat(send(server, "GET", path, user).statusCode()).isEqualTo(401);
                String alice = basic("alice", "open sesame");
                assertThat(send(server, "GET", path, alice).statusCode()).isEqualTo(200);
            }
        }
    }
}
