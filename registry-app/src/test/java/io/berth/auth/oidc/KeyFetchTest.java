package io.berth.auth.oidc;

import static io.berth.auth.oidc.TestIssuer.discovery;
import static io.berth.auth.oidc.TestIssuer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.berth.server.tls.TestCertificates;
import io.berth.setting.GoDuration;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class KeyFetchTest {

    private static final ECKey KEY = TestIssuer.ec("k");
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final TestIssuer issuer = new TestIssuer(KEY);
    private final TestIssuer other = new TestIssuer(KEY);
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void stop() {
        end.countDown();
        issuer.close();
        other.close();
    }

    private static OidcSettings settings(
            String issuer,
            @Nullable URI jwksUri,
            @Nullable Path jwks,
            @Nullable Path ca,
            @Nullable Path token) {
        return new OidcSettings(
                issuer,
                List.of(TestIssuer.AUDIENCE),
                Map.of("sub", List.of("**")),
                "{sub}",
                List.of(),
                List.of(),
                GoDuration.of("1h"),
                jwksUri,
                jwks,
                ca,
                token,
                false);
    }

    private static KeySet fetch(OidcSettings settings) throws IOException {
        return new KeyFetch(settings, Duration.ofSeconds(2)).fetch();
    }

    private KeySet fetch() throws IOException {
        return fetch(settings(issuer.url(), null, null, null, null));
    }

    private void fails(String reason) {
        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(reason);
    }

    private static void isRight(KeySet keys) {
        assertThat(keys.find("k", JWSAlgorithm.ES256)).isEqualTo(KEY.toPublicJWK());
    }

    @Test
    void theIssuerSaysWhereItsKeysAre() throws IOException {
        isRight(fetch());
        assertThat(issuer.requests).containsExactly(DISCOVERY, "/jwks");
    }

    @Test
    void theUrlOfTheSettingsIsAskedAlone() throws IOException {
        URI keys = URI.create(other.url() + "/jwks");

        isRight(fetch(settings("https://kubernetes.default.svc", keys, null, null, null)));
        assertThat(other.requests).containsExactly("/jwks");
        assertThat(issuer.requests).isEmpty();
    }

    @Test
    void aFileIsReadWithoutAnyRequest(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), keys());

        isRight(fetch(settings(issuer.url(), null, file, null, null)));
        assertThat(issuer.requests).isEmpty();
        assertThatThrownBy(
                        () ->
                                fetch(
                                        settings(
                                                issuer.url(),
                                                null,
                                                folder.resolve("missing"),
                                                null,
                                                null)))
                .hasMessageContaining("missing does not exist");
    }

    private static String keys() {
        return "{\"keys\":[" + KEY.toPublicJWK().toJSONString() + "]}";
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectsAreNotFollowed(int status) {
        for (String path : List.of(DISCOVERY, "/jwks")) {
            issuer.handle(
                    path,
                    exchange -> {
                        exchange.getResponseHeaders().set("Location", other.url() + "/jwks");
                        send(exchange, status, "");
                    });
            fails(path + " was answered with status " + status);
            issuer.answer(DISCOVERY, discovery(issuer.url(), issuer.url() + "/jwks"));
        }
        assertThat(other.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/",
                "http://registry.internal/keys",
                "file:///etc/passwd",
                "ftp://127.0.0.1/keys",
                "jar:file:/a!/b",
                "https://user:password@127.0.0.1/keys",
                "//127.0.0.1/keys",
                "/jwks",
                "",
                "http://127.0.0.1.example.com/keys",
                "http://localhost.example.com/keys",
                "not a url"
            })
    void onlyAUrlThatSettingsMayHaveIsAsked(String uri) {
        issuer.answer(DISCOVERY, discovery(issuer.url(), uri));

        fails("the jwks_uri of the discovery document is no https:// URL");
    }

    @Test
    void theDiscoveryDocumentIsThatOfTheIssuer() {
        issuer.answer(DISCOVERY, discovery(other.url(), other.url() + "/jwks"));

        fails("of another issuer");
        assertThat(other.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "<html>", "null", "{\"issuer\":1}"})
    void whatIsNoDiscoveryDocumentIsRefused(String document) {
        issuer.handle(DISCOVERY, exchange -> send(exchange, 200, document));

        assertThatThrownBy(this::fetch).isInstanceOf(IOException.class);
    }

    @Test
    void aHugeDocumentIsNotRead() {
        for (String path : List.of(DISCOVERY, "/jwks")) {
            issuer.handle(path, exchange -> send(exchange, 200, " ".repeat(KeySet.MAX_BYTES + 1)));
            fails(path + ": body exceeds capacity");
            issuer.answer(DISCOVERY, discovery(issuer.url(), issuer.url() + "/jwks"));
        }
    }

    @Test
    void anEndlessDocumentIsNotRead() {
        issuer.handle(
                "/jwks",
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    byte[] more = new byte[8192];
                    while (end.getCount() > 0) {
                        exchange.getResponseBody().write(more);
                    }
                });

        fails("/jwks");
    }

    @Test
    void aServerThatStallsIsNotWaitedFor() {
        for (String path : List.of(DISCOVERY, "/jwks")) {
            issuer.handle(
                    path,
                    exchange -> {
                        exchange.sendResponseHeaders(200, 100);
                        exchange.getResponseBody().write('{');
                        exchange.getResponseBody().flush();
                        awaitEnd();
                    });
            fails(path + " was not answered within 2 s");
            issuer.answer(DISCOVERY, discovery(issuer.url(), issuer.url() + "/jwks"));
        }
        issuer.handle(DISCOVERY, _ -> awaitEnd());
        assertThatThrownBy(this::fetch).isInstanceOf(IOException.class);
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aServerThatIsNotThereIsNamed() {
        other.close();
        String url = other.url();

        assertThatThrownBy(() -> fetch(settings(url, null, null, null, null)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(url + DISCOVERY + ": ");
    }

    @Test
    void theTokenOfTheFileIsForTheNamedServerAlone(@TempDir Path folder) throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "one\n");
        OidcSettings settings = settings(issuer.url(), null, null, null, token);
        fetch(settings);
        Files.writeString(token, "two");
        issuer.answer(DISCOVERY, discovery(issuer.url(), other.url() + "/jwks"));
        fetch(settings);

        assertThat(issuer.requests)
                .containsExactly(
                        DISCOVERY + " Bearer one", "/jwks Bearer one", DISCOVERY + " Bearer two");
        assertThat(other.requests).containsExactly("/jwks");
    }

    @Test
    void aTokenFileThatIsGoneIsNamedWithoutARequest(@TempDir Path folder) {
        Path token = folder.resolve("token");

        assertThatThrownBy(() -> fetch(settings(issuer.url(), null, null, null, token)))
                .hasMessageContaining(token + " does not exist");
        assertThat(issuer.requests).isEmpty();
    }

    @Test
    void tlsIsVerifiedWithTheFileOfAuthorities(@TempDir Path folder) throws Exception {
        var authority = TestCertificates.authority("authority");
        var foreign = TestCertificates.authority("foreign");
        var server = TestCertificates.issue(authority, "127.0.0.1");
        Path ca =
                Files.writeString(
                        folder.resolve("ca"), TestCertificates.pem(authority.certificate()));
        Path wrong =
                Files.writeString(
                        folder.resolve("wrong"), TestCertificates.pem(foreign.certificate()));
        HttpsServer https = HttpsServer.create(new InetSocketAddress(0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(context(server)));
        https.createContext("/jwks", exchange -> send(exchange, 200, keys()));
        https.start();
        try {
            URI uri = URI.create("https://127.0.0.1:" + https.getAddress().getPort() + "/jwks");

            isRight(fetch(settings("https://k8s", uri, null, ca, null)));
            assertThatThrownBy(() -> fetch(settings("https://k8s", uri, null, wrong, null)))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> fetch(settings("https://k8s", uri, null, null, null)))
                    .isInstanceOf(IOException.class);
            URI otherHost = URI.create("https://127.0.0.2:" + uri.getPort() + "/jwks");
            assertThatThrownBy(() -> fetch(settings("https://k8s", otherHost, null, ca, null)))
                    .isInstanceOf(IOException.class);
        } finally {
            https.stop(0);
        }
    }

    private static SSLContext context(TestCertificates.Identity server) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server",
                server.keys().getPrivate(),
                new char[0],
                server.chain().toArray(new Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
