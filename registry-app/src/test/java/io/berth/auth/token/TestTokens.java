package io.berth.auth.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import io.berth.auth.token.TokenSettings.SigningAlgorithm;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tokens of a service that tests play. */
public final class TestTokens {

    public static final String REALM = "https://auth.example.com/token";
    public static final String SERVICE = "registry.example.com";
    public static final String ISSUER = "issuer";

    private TestTokens() {}

    static TokenSettings settings(List<SigningAlgorithm> algorithms) {
        return new TokenSettings(
                REALM, SERVICE, ISSUER, null, Path.of("keys"), algorithms, false, "/auth/token");
    }

    /** What every token needs, to which a test may add. */
    public static Map<String, Object> claims(String subject, Instant expires) {
        Map<String, Object> claims = new TreeMap<>();
        claims.put("iss", ISSUER);
        claims.put("sub", subject);
        claims.put("aud", SERVICE);
        claims.put("exp", expires.getEpochSecond());
        return claims;
    }

    /** An entry of the claim {@code access}. */
    public static Map<String, Object> access(String type, String name, String... actions) {
        return Map.of("type", type, "name", name, "actions", List.of(actions));
    }

    public static String signed(JWSHeader header, JWSSigner signer, Map<String, Object> claims) {
        try {
            JWSObject token = new JWSObject(header, new Payload(claims));
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
