package io.berth.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.config.tree.WrongSettingException;
import io.berth.server.tls.TestCertificates.Identity;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be in the files of {@code http.tls}, and what is said of what may not. */
class ServerIdentityTest {

    private static final Identity ROOT = TestCertificates.authority("root");
    private static final Identity BETWEEN =
            TestCertificates.issue(
                    ROOT, "between", TestCertificates.ec(), true, Duration.ofDays(10));
    private static final Identity SERVER = TestCertificates.issue(BETWEEN, "server");

    @TempDir Path folder;
    private Path certificate = Path.of("");
    private Path key = Path.of("");

    @BeforeEach
    void files() throws IOException {
        certificate = folder.resolve("server.pem");
        key = folder.resolve("server.key");
        TestCertificates.write(folder, SERVER);
    }

    private ServerIdentity read(Path... clientCas) {
        return ServerIdentity.read(
                new TlsSettings(
                        certificate,
                        key,
                        List.of(clientCas),
                        null,
                        MinimumTls.of("tls1.2"),
                        List.of()));
    }

    @Test
    void isAChainWithItsKey() {
        ServerIdentity identity = read();

        assertThat(identity.chain()).isEqualTo(SERVER.chain()).hasSize(2);
        assertThat(identity.key()).isEqualTo(SERVER.keys().getPrivate());
        assertThat(identity.subject()).isEqualTo("CN=server");
        assertThat(identity.isOutOfTime(Instant.now())).isFalse();
        assertThat(identity.isOutOfTime(Instant.now().plus(Duration.ofDays(11)))).isTrue();
        assertThat(identity.isOutOfTime(Instant.now().minus(Duration.ofDays(11)))).isTrue();
    }

    @Test
    void theChainMayBeInAnyOrderAndWithMore() throws IOException {
        Files.writeString(
                certificate,
                TestCertificates.pem(BETWEEN.certificate())
                        + TestCertificates.pem(TestCertificates.authority("other").certificate())
                        + TestCertificates.pem(SERVER.certificate()));

        assertThat(read().chain()).isEqualTo(SERVER.chain());
    }

    @Test
    void bothMayBeInOneFileWithTextAround() throws IOException {
        Files.writeString(
                certificate,
                "Bag Attributes\n  friendlyName: é\n" + SERVER.keyPem() + SERVER.chainPem());
        key = certificate;

        assertThat(read().chain()).isEqualTo(SERVER.chain());
    }

    @Test
    void rsaKeysMayBePkcs1OrPkcs8() throws IOException {
        KeyPair keys = TestCertificates.rsa();
        Identity rsa = TestCertificates.issue(ROOT, "rsa", keys, false, Duration.ofDays(1));
        TestCertificates.write(folder, rsa);
        assertThat(read().key()).isEqualTo(keys.getPrivate());

        byte[] pkcs8 = keys.getPrivate().getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length); // all lengths take two bytes
        Files.writeString(key, TestCertificates.pem("RSA PRIVATE KEY", pkcs1));

        assertThat(read().key()).isEqualTo(keys.getPrivate());
    }

    /** As openssl ecparam -genkey writes them. */
    @Test
    void ecKeysMayBeSec1() throws IOException {
        BigInteger secret = ((ECPrivateKey) SERVER.keys().getPrivate()).getS();
        String hex = "%064x".formatted(secret);
        byte[] sec1 = HexFormat.of().parseHex("30310201010420" + hex + "a00a06082a8648ce3d030107");
        Files.writeString(
                key,
                TestCertificates.pem(
                                "EC PARAMETERS", HexFormat.of().parseHex("06082a8648ce3d030107"))
                        + TestCertificates.pem("EC PRIVATE KEY", sec1));

        assertThat(read().chain()).isEqualTo(SERVER.chain());
    }

    @Test
    void authoritiesOfClientsMayBeInSeveralFiles() throws IOException {
        Path one = Files.writeString(folder.resolve("1"), BETWEEN.chainPem());
        Path two =
                Files.writeString(
                        folder.resolve("2"),
                        TestCertificates.pem(ROOT.certificate()) + SERVER.chainPem());

        assertThat(read(one, two).clientAuthorities())
                .containsExactly(
                        BETWEEN.certificate(),
                        ROOT.certificate(),
                        SERVER.certificate(),
                        BETWEEN.certificate());
    }

    @ParameterizedTest
    @CsvSource({
        "http.tls.certificate, server.pem, '', no certificate in the format PEM",
        "http.tls.certificate, server.pem, server.key, holds a private key instead",
        "http.tls.key, server.key, '', no private key in the format PEM",
        "http.tls.key, server.key, server.pem, 'holds a certificate, but no private key'"
    })
    void saysWhatIsMissing(String setting, String file, String content, String problem)
            throws IOException {
        String text = content.isEmpty() ? "" : Files.readString(folder.resolve(content));
        Files.writeString(folder.resolve(file), text);

        assertRefused(setting, file, problem);
    }

    @Test
    void saysThatAKeyBelongsToAnother() throws IOException {
        Files.writeString(key, BETWEEN.keyPem().replace("PRIVATE", "PRIVATE"));
        Files.writeString(certificate, TestCertificates.pem(SERVER.certificate()));

        assertRefused("http.tls.key", "server.key", "belongs to none of the certificates in ");
    }

    @Test
    void saysThatAKeyIsEncrypted() throws IOException {
        Files.writeString(key, SERVER.keyPem().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));

        assertRefused("http.tls.key", "server.key", "openssl pkey");
    }

    @Test
    void saysThatSomethingIsDamagedWithoutShowingIt() throws IOException {
        String pem = SERVER.keyPem();
        Files.writeString(key, pem.replace("M", "?"));
        assertRefused("http.tls.key", "server.key", "damaged");

        Files.writeString(key, pem);
        Files.writeString(certificate, SERVER.chainPem().replaceFirst("MII", "MIA"));
        assertRefused("http.tls.certificate", "server.pem", "damaged");
    }

    @Test
    void saysThatAFileIsNotThereOrNone() throws IOException {
        Files.delete(certificate);
        assertRefused("http.tls.certificate", "server.pem", "does not exist");

        Files.createDirectory(certificate);
        assertRefused("http.tls.certificate", "server.pem", "a folder");
    }

    @Test
    void saysThatAFileIsTooLarge() throws IOException {
        Files.writeString(key, SERVER.keyPem() + " ".repeat(1024 * 1024));

        assertRefused("http.tls.key", "server.key", "larger than 1 MiB");
    }

    @Test
    void saysWhichAuthorityIsWrong() throws IOException {
        Path empty = Files.writeString(folder.resolve("ca"), "");

        assertThatThrownBy(() -> read(empty))
                .hasMessageContaining("The setting http.tls.clientcas names " + empty + ", in ");
    }

    private void assertRefused(String setting, String file, String problem) throws IOException {
        String secret = SERVER.keyPem().lines().skip(1).findFirst().orElseThrow();
        assertThatThrownBy(this::read)
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining(
                        "The setting %s names %s, ".formatted(setting, folder.resolve(file)))
                .hasMessageContaining(problem)
                .message()
                .endsWith(".")
                .doesNotContain(secret.substring(20, 40));
    }

    @Test
    void doesNotShowTheKey() {
        assertThat(read()).hasToString("CN=server");
    }
}
