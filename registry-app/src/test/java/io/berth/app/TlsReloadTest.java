package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.server.tls.TestCertificates;
import io.berth.server.tls.TestCertificates.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Certificates that are replaced while the server runs. */
@Timeout(90)
@ExtendWith(OutputCaptureExtension.class)
class TlsReloadTest {

    private static final Identity ROOT = TestCertificates.authority("root");
    private static final SSLContext CLIENT = TestCertificates.client(ROOT.certificate(), null);

    /** Two looks at the files, and as many more on a busy machine. */
    private static final Duration LOOKED = Duration.ofSeconds(6);

    @TempDir Path folder;
    @TempDir Path mount;
    private TestServer server;

    /** As Kubernetes mounts a secret: the files are links through ..data, which is a link, too. */
    @BeforeEach
    void start() throws IOException {
        version("..1", TestCertificates.issue(ROOT, "first"));
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..1"));
        for (String file : new String[] {"server.pem", "server.key"}) {
            Files.createSymbolicLink(mount.resolve(file), Path.of("..data", file));
        }
        server =
                TestServer.on(
                        folder,
                        Map.of(
                                "http.tls.certificate",
                                mount.resolve("server.pem").toString(),
                                "http.tls.key",
                                mount.resolve("server.key").toString()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void version(String name, Identity identity) throws IOException {
        TestCertificates.write(Files.createDirectory(mount.resolve(name)), identity);
    }

    private void swapTo(String name) throws IOException {
        Path link = Files.createSymbolicLink(mount.resolve("..tmp"), Path.of(name));
        Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    private SSLSocket connect() throws IOException {
        return (SSLSocket)
                CLIENT.getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), server.port());
    }

    private String shown() throws IOException {
        try (SSLSocket socket = connect()) {
            return socket.getSession().getPeerPrincipal().getName();
        }
    }

    private void await(String name) throws Exception {
        long deadline = System.nanoTime() + LOOKED.toNanos() * 3;
        while (!shown().equals(name) && System.nanoTime() < deadline) {
            Thread.sleep(200);
        }
        assertThat(shown()).isEqualTo(name);
    }

    private static void assertSaidOnce(CapturedOutput output, String text) {
        assertThat(output.getAll().split(Pattern.quote(text), -1)).as(text).hasSize(2);
    }

    @Test
    void whatASwappedLinkLeadsToIsUsedForNewConnections(CapturedOutput output) throws Exception {
        assertThat(shown()).isEqualTo("CN=first");
        try (RawHttpConnection http = new RawHttpConnection(connect())) {
            assertThat(http.get("/v2/").read().status()).isEqualTo(200);
            version("..2", TestCertificates.issue(ROOT, "second"));
            swapTo("..2");
            await("CN=second");

            assertThat(http.get("/v2/").read().status()).isEqualTo(200);
        }
        assertSaidOnce(output, "new connections get the certificate of CN=second");
    }

    @Test
    void filesThatDoNotGoTogetherChangeNothing(CapturedOutput output) throws Exception {
        Identity second = TestCertificates.issue(ROOT, "second");
        version("..2", second);
        Path certificate = mount.resolve("..2/server.pem");
        Files.writeString(certificate, TestCertificates.issue(ROOT, "of another key").chainPem());
        swapTo("..2");
        Thread.sleep(LOOKED);

        assertThat(shown()).isEqualTo("CN=first");
        assertSaidOnce(output, "New files of http.tls are not used, but the old ones");
        assertThat(output).contains("belongs to none of the certificates");

        Files.writeString(certificate, second.chainPem());
        await("CN=second");
    }

    @Test
    void aCertificateWhoseTimeIsOverReplacesNoneThatIsValid(CapturedOutput output)
            throws Exception {
        version(
                "..2",
                TestCertificates.issue(
                        ROOT, "over", TestCertificates.ec(), false, Duration.ofDays(-1)));
        swapTo("..2");
        Thread.sleep(LOOKED);

        assertThat(shown()).isEqualTo("CN=first");
        assertSaidOnce(output, "the time of the certificate of CN=over is over");
    }

    @Test
    void filesThatAreGoneChangeNothing(CapturedOutput output) throws Exception {
        Files.delete(mount.resolve("server.pem"));
        Thread.sleep(LOOKED);

        assertThat(shown()).isEqualTo("CN=first");
        assertSaidOnce(output, "does not exist");
    }
}
