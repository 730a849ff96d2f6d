package io.berth.security;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.berth.app.TestServer;
import io.berth.auth.token.TestTokens;
import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.object.s3.S3TestServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The running application, which takes tokens and passwords. A test is any client: it makes tokens
 * with any grants, and sends any bytes. For one thread.
 */
final class AttackedServer implements AutoCloseable {

    /** The password is "open sesame". */
    static final String USERS =
            "alice:$2y$05$86Sw5q.ikR8iiZ3PLLXLIe./2eR4nx98sjLBMlpXw/fuhSyuRP4CG\n";

    static final byte[] NOTHING = {};

    /** The key that the service of tokens signs with. */
    final ECKey key;

    /** Where the registry keeps its data; what stands beside it is none of its business. */
    final Path data;

    private final TestServer server;

    /**
     * @param more settings besides those of {@code auth}
     */
    AttackedServer(Path folder, Map<String, String> more) {
        this(folder, more, settings -> TestServer.on(folder.resolve("data"), settings));
    }

    /** With its content in a bucket. */
    static AttackedServer onS3(Path folder) {
        S3TestServer s3 = new S3TestServer();
        return new AttackedServer(folder, Map.of(), settings -> TestServer.on(s3, settings));
    }

    private AttackedServer(
            Path folder,
            Map<String, String> more,
            Function<Map<String, String>, TestServer> start) {
        data = folder.resolve("data");
        try {
            key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
            Path keys = Files.writeString(folder.resolve("keys"), new JWKSet(key).toString());
            Path users = Files.writeString(folder.resolve("users"), USERS);
            Map<String, String> settings = new TreeMap<>();
            settings.put("auth.token.realm", TestTokens.REALM);
            settings.put("auth.token.service", TestTokens.SERVICE);
            settings.put("auth.token.issuer", TestTokens.ISSUER);
            settings.put("auth.token.jwks", keys.toString());
            settings.put("auth.htpasswd.realm", "r");
            settings.put("auth.htpasswd.path", users.toString());
            settings.putAll(more);
            server = start.apply(settings);
        } catch (IOException | JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return server.port();
    }

    /**
     * The header of a token that grants scopes, each as {@code repository:a:pull,push}. The name is
     * between the first and the last colon.
     */
    String may(String... scopes) {
        List<Map<String, Object>> access = new ArrayList<>();
        for (String scope : scopes) {
            int first = scope.indexOf(':');
            int last = scope.lastIndexOf(':');
            access.add(
                    TestTokens.access(
                            scope.substring(0, first),
                            scope.substring(first + 1, last),
                            scope.substring(last + 1).split(",")));
        }
        Map<String, Object> claims = TestTokens.claims("mallory", Instant.now().plusSeconds(60));
        claims.put("access", access);
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build();
        try {
            return bearer(TestTokens.signed(header, new ECDSASigner(key), claims));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All that one repository has. */
    String all(String repository) {
        return may("repository:" + repository + ":pull,push,delete");
    }

    static String bearer(String token) {
        return "Authorization: Bearer " + token + "\r\n";
    }

    static String basic(String user, String password) {
        byte[] bytes = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(bytes) + "\r\n";
    }

    Response send(String method, String target, String headers) throws IOException {
        return send(method, target, headers, NOTHING);
    }

    Response send(String method, String target, String headers, byte[] body) throws IOException {
        try (RawHttpConnection http = new RawHttpConnection(port())) {
            http.request(method, target, headers, body);
            return method.equals("HEAD") ? http.head() : http.read();
        }
    }

    /** Exactly these bytes, and the first answer. */
    Response raw(String request) throws IOException {
        try (RawHttpConnection http = new RawHttpConnection(port())) {
            return http.send(request).read();
        }
    }

    static String digest(byte[] content) {
        return Digest.ofContent(HashAlgorithm.SHA256, content).toString();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Stores a blob as its owner does, and says its digest. */
    String pushBlob(String repository, String content) throws IOException {
        String digest = digest(bytes(content));
        require(
                201,
                send(
                        "POST",
                        "/v2/" + repository + "/blobs/uploads/?digest=" + digest,
                        all(repository),
                        bytes(content)));
        return digest;
    }

    /** Opens an upload as its owner does, and says its URL. */
    String openUpload(String repository) throws IOException {
        Response opened = send("POST", "/v2/" + repository + "/blobs/uploads/", all(repository));
        require(202, opened);
        String location = requireNonNull(opened.header("Location"));
        return location.substring(location.indexOf("/v2/"));
    }

    /** A manifest without layers. */
    static String manifest(String config) {
        return ("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":"
                        + "\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\",\"size\":2},"
                        + "\"layers\":[]}")
                .formatted("application/vnd.oci.image.manifest.v1+json", config);
    }

    /** Tags an image as its owner does, and says its digest. */
    String pushImage(String repository, String tag) throws IOException {
        String manifest = manifest(pushBlob(repository, "{}"));
        require(201, putManifest(repository, tag, all(repository), manifest));
        return digest(bytes(manifest));
    }

    Response putManifest(String repository, String reference, String headers, String manifest)
            throws IOException {
        return send(
                "PUT", "/v2/" + repository + "/manifests/" + reference, headers, bytes(manifest));
    }

    private static void require(int status, Response response) {
        if (response.status() != status) {
            throw new IllegalStateException(response.status() + " " + response.text());
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
