package io.berth.auth.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A platform that issues tokens, on this machine. */
public final class TestIssuer implements AutoCloseable {

    public static final String AUDIENCE = "registry.example.com";

    /** Paths of requests, with the credentials that they had. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, HttpHandler> handlers = new TreeMap<>();

    public TestIssuer(JWK... keys) {
        this(free(), keys);
    }

    TestIssuer(HttpServer server, JWK... keys) {
        this.server = server;
        server.setExecutor(threads);
        answer("/.well-known/openid-configuration", discovery(url(), url() + "/jwks"));
        publish(keys);
        server.createContext("/", this::handle);
        server.start();
    }

    private static HttpServer free() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        requests.add(exchange.getRequestURI() + (authorization == null ? "" : " " + authorization));
        HttpHandler handler = handlers.get(exchange.getRequestURI().getPath());
        if (handler == null) {
            send(exchange, 404, "");
        } else {
            handler.handle(exchange);
        }
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** The issuer's name. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    static String discovery(String issuer, String keys) {
        return "{\"issuer\":\"%s\",\"jwks_uri\":\"%s\"}".formatted(issuer, keys);
    }

    /** Makes these its keys. */
    public void publish(JWK... keys) {
        answer("/jwks", new JWKSet(List.of(keys)).toString());
    }

    void answer(String path, String body) {
        handle(path, exchange -> send(exchange, 200, body));
    }

    /** Lets all requests for keys fail. */
    public void fail() {
        handle("/jwks", exchange -> send(exchange, 500, "out of order"));
    }

    void handle(String path, HttpHandler handler) {
        handlers.put(path, handler);
    }

    /** How often keys were asked for. */
    public long fetches() {
        return requests.stream().filter(request -> request.startsWith("/jwks")).count();
    }

    public static ECKey ec(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a job of GitHub's has in its token, in short. */
    public static Map<String, Object> claims(String issuer, Instant issued) {
        Map<String, Object> claims = new TreeMap<>();
        claims.put("iss", issuer);
        claims.put("aud", AUDIENCE);
        claims.put("sub", "repo:acme/app:ref:refs/heads/main");
        claims.put("repository", "acme/app");
        claims.put("repository_owner", "acme");
        claims.put("iat", issued.getEpochSecond());
        claims.put("nbf", issued.getEpochSecond());
        claims.put("exp", issued.getEpochSecond() + 300);
        return claims;
    }

    /** Signs as this kind of key usually does. */
    public static String token(JWK key, Map<String, Object> claims) {
        JWSAlgorithm algorithm = key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256;
        return token(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), key, claims);
    }

    static String token(JWSHeader header, JWK key, Map<String, Object> claims) {
        return token(header, key, new Payload(claims));
    }

    static String token(JWSHeader header, JWK key, Payload payload) {
        try {
            JWSSigner signer =
                    key instanceof RSAKey rsa
                            ? new RSASSASigner(rsa)
                            : new ECDSASigner(key.toECKey());
            JWSObject token = new JWSObject(header, payload);
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
