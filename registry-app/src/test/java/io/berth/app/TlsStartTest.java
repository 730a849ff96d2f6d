package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.server.tls.TestCertificates;
import io.berth.server.tls.TestCertificates.Identity;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a start with TLS says, and what it offers. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class TlsStartTest {

    private static final Identity ROOT = TestCertificates.authority("root");

    @TempDir Path folder;
    @TempDir Path certificates;

    private TestServer start(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("http.tls.certificate", certificates.resolve("server.pem").toString());
        settings.put("http.tls.key", certificates.resolve("server.key").toString());
        return TestServer.on(folder, settings);
    }

    private static String suite(TestServer server, @Nullable String protocol) throws Exception {
        try (SSLSocket socket =
                (SSLSocket)
                        TestCertificates.client(ROOT.certificate(), null)
                                .getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), server.port())) {
            if (protocol != null) {
                socket.setEnabledProtocols(new String[] {protocol});
            }
            socket.startHandshake();
            return socket.getSession().getProtocol() + " " + socket.getSession().getCipherSuite();
        }
    }

    @Test
    void saysThatItIsReachedByHttps(CapturedOutput output) throws Exception {
        TestCertificates.write(certificates, TestCertificates.issue(ROOT, "server"));
        try (TestServer server = start(Map.of())) {
            assertThat(output).contains("serves https://127.0.0.1:" + server.port() + " from ");
        }
        assertThat(output).doesNotContain("WARN ");
    }

    @Test
    void saysThatTheTimeOfItsCertificateIsOver(CapturedOutput output) throws Exception {
        TestCertificates.write(
                certificates,
                TestCertificates.issue(
                        ROOT, "server", TestCertificates.ec(), false, Duration.ofDays(-1)));
        start(Map.of()).close();

        assertThat(output).contains("Clients will refuse the certificate of CN=server");
    }

    @Test
    void saysWhichFileIsWrong(CapturedOutput output) throws Exception {
        TestCertificates.write(certificates, TestCertificates.issue(ROOT, "server"));
        Path key = certificates.resolve("server.key");
        Files.delete(key);

        assertThatThrownBy(() -> start(Map.of()).close()).isNotNull();
        assertThat(output)
                .contains("The setting http.tls.key names " + key + ", which does not exist")
                .doesNotContain("\tat ");
    }

    @Test
    void offersOnlyWhatIsSet() throws Exception {
        TestCertificates.write(
                certificates,
                TestCertificates.issue(
                        ROOT, "server", TestCertificates.rsa(), false, Duration.ofDays(1)));
        String suite = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
        try (TestServer server = start(Map.of("http.tls.ciphersuites", suite))) {
            assertThat(suite(server, "TLSv1.2")).isEqualTo("TLSv1.2 " + suite);
            assertThat(suite(server, null)).startsWith("TLSv1.3 ");
        }
        String newer = "TLS_AES_128_GCM_SHA256";
        try (TestServer server = start(Map.of("http.tls.ciphersuites", newer))) {
            assertThat(suite(server, null)).isEqualTo("TLSv1.3 " + newer);
            assertThatThrownBy(() -> suite(server, "TLSv1.2"))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("Received fatal alert: ");
        }
    }

    @Test
    void speaksNoOlderVersionThanIsSet() throws Exception {
        TestCertificates.write(certificates, TestCertificates.issue(ROOT, "server"));
        try (TestServer server = start(Map.of("http.tls.minimumtls", "tls1.3"))) {
            assertThat(suite(server, "TLSv1.3")).startsWith("TLSv1.3");
            assertThatThrownBy(() -> suite(server, "TLSv1.2"))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("Received fatal alert: protocol_version");
        }
        try (TestServer server = start(Map.of())) {
            assertThat(suite(server, "TLSv1.2")).startsWith("TLSv1.2 TLS_ECDHE_ECDSA");
        }
    }
}
