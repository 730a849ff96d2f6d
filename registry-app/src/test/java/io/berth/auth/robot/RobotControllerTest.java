package io.berth.auth.robot;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.admin.AdminExchanges;
import io.berth.admin.AdminExchanges.Answer;
import io.berth.app.TestServer;
import io.berth.server.DebugListener;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/** Robots in the administration API. */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class RobotControllerTest {

    private TestServer server;
    private AdminExchanges admin;

    @BeforeEach
    void start(@TempDir Path folder) {
        server = TestServer.on(folder, Map.of("http.debug.addr", "127.0.0.1:0"));
        admin = new AdminExchanges(server.context().getBean(DebugListener.class).port());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Answer create(String json) throws Exception {
        return admin.send("POST", "/robots", json);
    }

    @Test
    void aRobotIsMadeAndItsSecretShownOnce(CapturedOutput output) throws Exception {
        Answer made =
                create(
                        "{\"name\": \"ci\", \"description\": \"builds\", \"groups\": [\"b\", \"a\"],"
                                + " \"lifetime\": \"24h\"}");

        assertThat(made.status()).isEqualTo(201);
        String secret = made.text("secret");
        assertThat(secret).matches("berth_robot_[0-9a-f]{64}");
        JsonNode robot = made.json().path("robot");
        assertThat(robot.path("login").asString()).isEqualTo("robot/ci");
        assertThat(robot.path("groups").toString()).isEqualTo("[\"a\",\"b\"]");
        assertThat(robot.path("enabled").asBoolean()).isTrue();
        assertThat(lifetime(robot)).isEqualTo(Duration.ofDays(1));
        assertThat(admin.get("/robots/ci").json()).isEqualTo(robot);
        assertThat(admin.get("/robots").json().path("robots").path(0)).isEqualTo(robot);
        assertThat(create("{\"name\": \"ci\"}").status()).isEqualTo(409);
        assertThat(output).doesNotContain(secret);
    }

    private static Duration lifetime(JsonNode robot) {
        return Duration.between(
                Instant.parse(robot.path("created").asString()),
                Instant.parse(robot.path("expires").asString()));
    }

    @Test
    void onlyARobotThatIsMeantToNeverEnds() throws Exception {
        assertThat(lifetime(create("{\"name\": \"a\"}").json().path("robot")))
                .isEqualTo(Duration.ofDays(90));
        Answer endless = create("{\"name\": \"b\", \"lifetime\": \"never\"}");
        assertThat(endless.json().path("robot").has("expires")).isFalse();
    }

    @Test
    void anotherSecretIsIssued() throws Exception {
        String first = create("{\"name\": \"ci\"}").text("secret");
        Answer second = admin.send("POST", "/robots/ci/secret", "{\"overlap\": \"1h\"}");

        assertThat(second.status()).isEqualTo(201);
        assertThat(second.text("secret")).startsWith("berth_robot_").isNotEqualTo(first);
        assertThat(second.json().at("/robot/secrets")).hasSize(2);
        assertThat(admin.send("POST", "/robots/x/secret", "{}").status()).isEqualTo(404);
    }

    @Test
    void aRobotIsChangedAndRemoved() throws Exception {
        create("{\"name\": \"ci\"}");

        Answer off = admin.send("PATCH", "/robots/ci", "{\"enabled\": false}");
        assertThat(off.json().path("enabled").asBoolean()).isFalse();
        assertThat(lifetime(off.json())).isEqualTo(Duration.ofDays(90));
        Answer both =
                admin.send("PATCH", "/robots/ci", "{\"enabled\": true, \"lifetime\": \"never\"}");
        assertThat(both.json().path("enabled").asBoolean()).isTrue();
        assertThat(both.json().has("expires")).isFalse();
        assertThat(admin.send("PATCH", "/robots/ci", "{}").json()).isEqualTo(both.json());

        assertThat(admin.delete("/robots/ci").status()).isEqualTo(204);
        assertThat(admin.delete("/robots/ci").status()).isEqualTo(404);
        assertThat(admin.get("/robots/ci").status()).isEqualTo(404);
        assertThat(admin.send("PATCH", "/robots/ci", "{\"enabled\": true}").status())
                .isEqualTo(404);
    }

    @Test
    void robotsComeInPages() throws Exception {
        for (String name : new String[] {"c", "a", "b"}) {
            create("{\"name\": \"" + name + "\"}");
        }
        Answer first = admin.get("/robots?n=2");
        Answer second = admin.get("/robots?n=2&after=" + first.text("next"));

        assertThat(first.json().at("/robots/1/name").asString()).isEqualTo("b");
        assertThat(second.json().at("/robots/0/name").asString()).isEqualTo("c");
        assertThat(second.json().path("robots")).hasSize(1);
        assertThat(second.json().has("next")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    POST   | /robots           | {}
                    POST   | /robots           | {"name": "A"}
                    POST   | /robots           | {"name": "a", "lifetime": "0"}
                    POST   | /robots           | {"name": "a", "lifetime": "soon"}
                    POST   | /robots           | {"name": "a", "lifetime": "100000h"}
                    POST   | /robots           | {"name": "a", "groups": [""]}
                    POST   | /robots           | {"name": "a", "groups": [null]}
                    POST   | /robots           | {"name": "a", "secret": "mine"}
                    POST   | /robots/a/secret  | {"overlap": "-1h"}
                    POST   | /robots/A/secret  | {}
                    PATCH  | /robots/a         | {"lifetime": ""}
                    PATCH  | /robots/A         | {}
                    """)
    void whatIsWrongIsToldToTheClient(String method, String path, String json) throws Exception {
        assertThat(admin.send(method, path, json).status()).isEqualTo(400);
        assertThat(admin.get("/robots").json().path("robots")).isEmpty();
    }
}
