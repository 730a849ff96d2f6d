package io.berth.auth.oidc;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the keys of an issuer: from a file, from a URL that the settings name, or from the URL
 * that the issuer's discovery document names (OpenID Connect Discovery 1.0, section 4). Asks no
 * other URL: redirects are not followed, and a token never says where to look.
 *
 * <p>Each fetch has its own client, and reads the files of settings again: the platforms replace
 * them. A fetch takes 10 seconds at most and holds documents of {@value KeySet#MAX_BYTES} bytes at
 * most. Safe for use by many threads.
 */
final class KeyFetch implements IssuerKeys.Source {

    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final OidcSettings settings;
    private final Duration timeout;

    /**
     * @param timeout for each of two requests
     */
    KeyFetch(OidcSettings settings, Duration timeout) {
        this.settings = settings;
        this.timeout = timeout;
    }

    @Override
    public KeySet fetch() throws IOException {
        if (settings.jwks() != null) {
            return KeySet.parse(bytes(settings.jwks()));
        }
        HttpClient http = client();
        try {
            URI keys = settings.jwksUri() == null ? discovered(http) : settings.jwksUri();
            return KeySet.parse(get(http, keys));
        } finally {
            http.shutdownNow();
        }
    }

    private HttpClient client() throws IOException {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(Version.HTTP_1_1)
                        .followRedirects(Redirect.NEVER)
                        .connectTimeout(timeout);
        if (settings.ca() != null) {
            builder.sslContext(trusting(settings.ca()));
        }
        return builder.build();
    }

    private static SSLContext trusting(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the file of ca, " + file + ", has no certificates in PEM", e);
        }
    }

    /** Where the keys are, as the issuer says; by the rules that hold for settings. */
    private URI discovered(HttpClient http) throws IOException {
        String base = settings.issuer().replaceFirst("/$", "");
        Map<String, Object> document = object(get(http, URI.create(base + DISCOVERY)));
        if (!settings.issuer().equals(document.get("issuer"))) {
            throw new IOException(
                    "the discovery document is of another issuer: set issuer to the name in it");
        }
        if (!(document.get("jwks_uri") instanceof String text)) {
            throw new IOException("the discovery document has no jwks_uri");
        }
        URI keys = IssuerUrl.parse(text);
        if (keys == null || !IssuerUrl.isAllowed(keys, settings.insecure())) {
            throw new IOException("the jwks_uri of the discovery document is no https:// URL");
        }
        return keys;
    }

    private static Map<String, Object> object(byte[] document) throws IOException {
        try {
            Map<String, Object> object =
                    JSONObjectUtils.parse(new String(document, StandardCharsets.UTF_8));
            if (object != null) {
                return object;
            }
        } catch (ParseException e) {
            // is refused below, without what it quotes
        }
        throw new IOException("the discovery document is no object in JSON");
    }

    private byte[] get(HttpClient http, URI uri) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).timeout(timeout).header("Accept", "application/json");
        if (settings.bearerToken() != null && isForToken(uri)) {
            String token = new String(bytes(settings.bearerToken()), StandardCharsets.UTF_8);
            request.header("Authorization", "Bearer " + token.strip());
        }
        HttpResponse<byte[]> response = send(http, request.build());
        if (response.statusCode() != 200) {
            throw new IOException(uri + " was answered with status " + response.statusCode());
        }
        return response.body();
    }

    /** The token is for the server that the settings name, not for another one that it names. */
    private boolean isForToken(URI uri) {
        URI named = settings.jwksUri() == null ? URI.create(settings.issuer()) : settings.jwksUri();
        return IssuerUrl.origin(named).equals(IssuerUrl.origin(uri));
    }

    /** The timeout of the request itself ends with the headers of the response. */
    private HttpResponse<byte[]> send(HttpClient http, HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> response =
                http.sendAsync(
                        request,
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), KeySet.MAX_BYTES));
        try {
            return response.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(request.uri() + " was not waited for");
        } catch (TimeoutException e) {
            throw new IOException(
                    request.uri() + " was not answered within " + timeout.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new IOException(request.uri() + ": " + reason(e.getCause()), e.getCause());
        } finally {
            response.cancel(true);
        }
    }

    /** Some of these exceptions have their reason in their cause. */
    private static String reason(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause != null && cause.getMessage() == null) {
            cause = cause.getCause();
        }
        return cause == null ? "no connection" : String.valueOf(cause.getMessage());
    }

    private static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(KeySet.MAX_BYTES + 1);
            if (bytes.length > KeySet.MAX_BYTES) {
                throw new IOException(file + " is larger than 256 KiB");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        }
    }
}
