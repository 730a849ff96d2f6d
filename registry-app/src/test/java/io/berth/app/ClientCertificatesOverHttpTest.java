package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.server.tls.TestCertificates;
import io.berth.server.tls.TestCertificates.Identity;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.apache.catalina.connector.Request;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

/** What is asked of clients, in each of distribution's modes, and what is known of them then. */
@Timeout(60)
class ClientCertificatesOverHttpTest {

    private static final Identity ROOT = TestCertificates.authority("root");
    private static final Identity KNOWN =
            TestCertificates.issue(TestCertificates.authority("of clients"), "known");
    private static final Identity AUTHORITY = TestCertificates.authority("of clients, too");
    private static final Identity TRUSTED = TestCertificates.issue(AUTHORITY, "trusted");

    /** What a request has as the certificates of its client. */
    private final List<@Nullable Object> seen = Collections.synchronizedList(new ArrayList<>());

    @TempDir Path folder;
    @TempDir Path certificates;

    private final class Recorder extends ValveBase {

        Recorder() {
            super(true);
        }

        @Override
        public void invoke(Request request, org.apache.catalina.connector.Response response)
                throws IOException, ServletException {
            seen.add(request.getAttribute("jakarta.servlet.request.X509Certificate"));
            getNext().invoke(request, response);
        }
    }

    private TestServer start(String mode) throws IOException {
        return start(mode, Map.of());
    }

    private TestServer start(String mode, Map<String, String> more) throws IOException {
        TestCertificates.write(certificates, TestCertificates.issue(ROOT, "server"));
        Path authorities = certificates.resolve("authorities");
        Files.writeString(authorities, TestCertificates.pem(AUTHORITY.certificate()));
        Map<String, String> settings = new HashMap<>(more);
        settings.put("http.tls.certificate", certificates.resolve("server.pem").toString());
        settings.put("http.tls.key", certificates.resolve("server.key").toString());
        settings.put("http.tls.clientcas", authorities.toString());
        if (!mode.isEmpty()) {
            settings.put("http.tls.clientauth", mode);
        }
        return TestServer.on(
                folder,
                settings,
                (name, bean) -> {
                    if (bean instanceof TomcatServletWebServerFactory factory) {
                        factory.addEngineValves(new Recorder());
                    }
                    return bean;
                });
    }

    private static @Nullable Identity client(String name) {
        return switch (name) {
            case "none" -> null;
            case "unknown" -> KNOWN;
            case "trusted" -> TRUSTED;
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static SSLSocket connect(TestServer server, String client, String protocol)
            throws IOException {
        SSLContext context = TestCertificates.client(ROOT.certificate(), client(client));
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), server.port());
        socket.setEnabledProtocols(new String[] {protocol});
        return socket;
    }

    private static int status(TestServer server, String client, String protocol)
            throws IOException {
        try (RawHttpConnection http = new RawHttpConnection(connect(server, client, protocol))) {
            // Encoded, so that it passes the valves.
            return http.get("/v2/%61/tags/list").read().status();
        }
    }

    /** An empty mode is not set. */
    @ParameterizedTest
    @CsvSource({
        "'', trusted",
        "request-client-cert, none unknown trusted",
        "require-any-client-cert, unknown trusted",
        "verify-client-cert-if-given, none trusted",
        "require-and-verify-client-cert, trusted"
    })
    void theModeDecidesWhoMayConnect(String mode, String welcome) throws Exception {
        try (TestServer server = start(mode)) {
            for (String client : List.of("none", "unknown", "trusted")) {
                for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
                    if (List.of(welcome.split(" ")).contains(client)) {
                        assertThat(status(server, client, protocol))
                                .as("%s with %s", client, protocol)
                                .isEqualTo(404);
                    } else {
                        assertThatThrownBy(() -> status(server, client, protocol))
                                .as("%s with %s", client, protocol)
                                .isInstanceOf(IOException.class);
                    }
                }
            }
        }
    }

    @Test
    void aClientIsToldWhyItMayNotConnect() throws Exception {
        try (TestServer server = start("")) {
            assertAlert(server, "none", "TLSv1.3", "certificate_required");
            assertAlert(server, "none", "TLSv1.2", "handshake_failure");
            assertAlert(server, "unknown", "TLSv1.3", "certificate_unknown");
            assertAlert(server, "unknown", "TLSv1.2", "certificate_unknown");
        }
    }

    /** With TLS 1.3 a client is told only after the handshake, for it. */
    private static void assertAlert(TestServer server, String client, String protocol, String alert)
            throws IOException {
        try (SSLSocket socket = connect(server, client, protocol)) {
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .as("%s with %s", client, protocol)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("Received fatal alert: " + alert);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify-client-cert-if-given", "require-and-verify-client-cert"})
    void aVerifiedCertificateIsAnAttributeOfTheRequest(String mode) throws Exception {
        try (TestServer server = start(mode)) {
            status(server, "trusted", "TLSv1.3");
        }
        assertThat(seen).singleElement().isEqualTo(new X509Certificate[] {TRUSTED.certificate()});
    }

    /** It would say who the client claims to be. */
    @ParameterizedTest
    @ValueSource(strings = {"request-client-cert", "require-any-client-cert"})
    void oneThatNobodyHasVerifiedIsNot(String mode) throws Exception {
        try (TestServer server = start(mode)) {
            status(server, "trusted", "TLSv1.3");
            status(server, "unknown", "TLSv1.2");
        }
        assertThat(seen).containsExactly(null, null);
    }

    private static Response get(TestServer server, String client, String path, String headers)
            throws IOException {
        try (RawHttpConnection http = new RawHttpConnection(connect(server, client, "TLSv1.3"))) {
            return http.send(RawHttpConnection.head("GET", path, headers)).read();
        }
    }

    /** Both ways into the API: the path of an escaped name is decoded by Tomcat and Spring. */
    @ParameterizedTest
    @ValueSource(strings = {"/v2/a/tags/list", "/v2/%61/tags/list"})
    void aVerifiedCertificateSaysWhoTheClientIs(String path) throws Exception {
        Path rules =
                Files.writeString(
                        certificates.resolve("policy.yml"),
                        """
                        access:
                          rules:
                            - who: trusted
                              repositories: [a]
                              actions: [pull]
                        """);
        Map<String, String> settings =
                Map.of("auth.certificate.name", "commonname", "policy.file", rules.toString());
        try (TestServer server = start("verify-client-cert-if-given", settings)) {
            assertThat(get(server, "trusted", path, "").status()).isEqualTo(404);
            assertThat(get(server, "trusted", path.replace("tags", "tagz"), "").status())
                    .isEqualTo(404);
            assertThat(get(server, "trusted", "/v2/b/tags/list", "").status()).isEqualTo(403);
            assertThat(get(server, "trusted", "/v2/", "").status()).isEqualTo(200);

            Response refused = get(server, "none", path, "");
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).startsWith("ClientCertificate ");
            assertThat(get(server, "none", "/v2/", "").status()).isEqualTo(401);
        }
    }

    @Test
    void credentialsCountMoreThanTheCertificate() throws Exception {
        Path users =
                Files.writeString(
                        certificates.resolve("users"),
                        "alice:$2y$05$86Sw5q.ikR8iiZ3PLLXLIe./2eR4nx98sjLBMlpXw/fuhSyuRP4CG\n");
        Map<String, String> settings =
                Map.of(
                        "auth.certificate.name", "dns",
                        "auth.htpasswd.realm", "Registry",
                        "auth.htpasswd.path", users.toString());
        try (TestServer server = start("verify-client-cert-if-given", settings)) {
            String wrong = "Authorization: Basic eDp5\r\n";
            assertThat(get(server, "trusted", "/v2/", "").status()).isEqualTo(200);
            assertThat(get(server, "trusted", "/v2/", wrong).status()).isEqualTo(401);
            assertThat(get(server, "none", "/v2/", "").header("WWW-Authenticate"))
                    .isEqualTo("Basic realm=\"Registry\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"request-client-cert", "require-any-client-cert"})
    void aNameNeedsACertificateThatIsVerified(String mode) {
        assertThatThrownBy(() -> start(mode, Map.of("auth.certificate.name", "commonname")))
                .rootCause()
                .hasMessageContaining("the server verifies no certificates of clients");
    }
}
