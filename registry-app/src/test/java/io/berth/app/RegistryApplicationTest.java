package io.berth.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.Registration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.context.WebApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class RegistryApplicationTest {

    private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
    private static final byte[] NOTHING = {};
    private static final String DELETABLE = "/v2/a/manifests/latest";

    @TempDir Path folder;

    /** Filters that may see requests of the protocol; each costs next to nothing, and why. */
    private static final Map<String, String> FILTERS = Map.of();

    @Test
    void onlyKnownFiltersSeeRequestsOfTheProtocol() {
        try (TestServer server = TestServer.on(folder)) {
            ServletContext servlets =
                    requireNonNull(((WebApplicationContext) server.context()).getServletContext());

            assertThat(servlets.getFilterRegistrations().values())
                    .filteredOn(RegistryApplicationTest::seesTheProtocol)
                    .extracting(Registration::getName)
                    .as("a filter costs every request that it sees")
                    .isSubsetOf(FILTERS.keySet());
            assertThat(servlets.getServletRegistrations().values())
                    .flatExtracting(ServletRegistration::getMappings)
                    .containsExactlyInAnyOrder("/", "/api/v1/*");
        }
    }

    private static boolean seesTheProtocol(FilterRegistration filter) {
        return !filter.getServletNameMappings().isEmpty()
                || filter.getUrlPatternMappings().stream()
                        .anyMatch(
                                pattern ->
                                        pattern.startsWith("/*")
                                                || pattern.startsWith("/v2")
                                                || pattern.startsWith("*."));
    }

    /** Spring Boot's own filters would read this body as fields, and take the method from it. */
    @ParameterizedTest
    @ValueSource(strings = {"PATCH", "PUT"})
    void aBodyReachesTheControllerUnread(String method) throws Exception {
        byte[] body = "_method=DELETE&a=b".getBytes(StandardCharsets.US_ASCII);
        try (TestServer server = TestServer.on(folder);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            String upload = location(http.request("POST", "/v2/a/blobs/uploads/", "", NOTHING));
            if (method.equals("PATCH")) {
                upload = location(http.request("PATCH", upload, FORM, body));
            }
            String finish = upload + "?digest=" + Digest.ofContent(HashAlgorithm.SHA256, body);
            byte[] last = method.equals("PUT") ? body : NOTHING;

            assertThat(http.request("PUT", finish, FORM, last).read().status()).isEqualTo(201);
        }
    }

    private static String location(RawHttpConnection http) throws Exception {
        return requireNonNull(http.read().header("Location"));
    }

    @Test
    void saysWhereItIsWhoMayWriteAndThatItIsNew(CapturedOutput output) {
        try (TestServer server = TestServer.on(folder)) {
            assertThat(output.getOut().lines()).hasSize(3);
            assertThat(output)
                    .containsOnlyOnce("the storage tree is exclusive: only Berth may write to it")
                    .containsOnlyOnce("the storage tree is empty: a new registry begins")
                    .containsOnlyOnce("http://127.0.0.1:" + server.port() + " from " + folder);
        }
        int before = output.getOut().length();
        try (TestServer server = TestServer.on(folder)) {
            assertThat(output.getOut().substring(before).lines())
                    .filteredOn(line -> !line.isBlank())
                    .satisfiesExactly(
                            line -> assertThat(line).contains("the storage tree is exclusive"),
                            line ->
                                    assertThat(line)
                                            .contains(
                                                    "http://127.0.0.1:"
                                                            + server.port()
                                                            + " from "
                                                            + folder));
        }
    }

    @Test
    void saysWhatItDoesNotKnow(CapturedOutput output) {
        try (TestServer server = TestServer.on(folder, Map.of("http.draintimout", "1s"))) {
            assertThat(output.getOut().lines()).hasSize(4);
            assertThat(output).contains("There is no setting http.draintimout");
            assertThat(server.port()).isPositive();
        }
    }

    @Test
    void saysThatItIsReadOnly(CapturedOutput output) {
        Map<String, String> readOnly = Map.of("storage.maintenance.readonly.enabled", "true");
        try (TestServer server = TestServer.on(folder, readOnly)) {
            assertThat(output)
                    .containsOnlyOnce(
                            "The registry is read-only: it refuses all requests that change something");
            assertThat(server.port()).isPositive();
        }
    }

    @Test
    void advisesAgainstASecretThatIsNone(CapturedOutput output) {
        try (TestServer server = TestServer.on(folder, Map.of("http.secret", "abc-of-ours"))) {
            assertThat(output)
                    .containsOnlyOnce("The setting http.secret is short enough to be guessed")
                    .doesNotContain("abc-of-ours");
            assertThat(server.port()).isPositive();
        }
    }

    @Test
    void replicasWithOneSecretKnowEachOthersUploads() throws Exception {
        Map<String, String> secret = Map.of("http.secret", "shared by all replicas");
        String upload;
        try (TestServer server = TestServer.on(folder, secret);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            upload =
                    requireNonNull(
                            http.request("POST", "/v2/a/blobs/uploads/", "", new byte[0])
                                    .read()
                                    .header("Location"));
        }

        assertThat(patch(upload, Map.of("http.secret", "nobody else knows this one")))
                .isEqualTo(404);
        assertThat(patch(upload, secret)).isEqualTo(202);
    }

    private int patch(String upload, Map<String, String> settings) throws Exception {
        try (TestServer server = TestServer.on(folder, settings);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.request("PATCH", upload, "", new byte[10]).read().status();
        }
    }

    @Test
    void deletesAreAllowedUntilTheyAreNot() throws Exception {
        assertThat(status("DELETE", Map.of())).isEqualTo(404);
        assertThat(status("DELETE", Map.of("storage.delete.enabled", "false"))).isEqualTo(405);
    }

    @Test
    void readOnlyMeansReadOnly() throws Exception {
        Map<String, String> readOnly = Map.of("storage.maintenance.readonly.enabled", "true");

        assertThat(status("DELETE", readOnly)).isEqualTo(405);
        assertThat(status("GET", readOnly)).isEqualTo(404);
    }

    @Test
    void thePrefixStandsBeforeEverything() throws Exception {
        try (TestServer server = TestServer.on(folder, Map.of("http.prefix", "/registry/"));
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            assertThat(http.get("/registry/v2/").read().status()).isEqualTo(200);
            assertThat(http.get("/v2/").read().status()).isEqualTo(404);
        }
    }

    @Test
    void headersAreAddedToEveryAnswer() throws Exception {
        try (TestServer server = TestServer.on(folder, Map.of("http.headers.x-one", "1"));
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            assertThat(http.get("/v2/").read().header("X-One")).isEqualTo("1");
            assertThat(http.get("/v2/a/tags/list").read().header("X-One")).isEqualTo("1");
            assertThat(http.get("/elsewhere").read().header("X-One")).isEqualTo("1");
        }
    }

    private int status(String method, Map<String, String> settings) throws Exception {
        try (TestServer server = TestServer.on(folder, settings);
                RawHttpConnection http = new RawHttpConnection(server.port())) {
            return http.send(RawHttpConnection.head(method, DELETABLE, "")).read().status();
        }
    }
}
