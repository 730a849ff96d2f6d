package io.berth.auth.tokenservice;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.auth.token.AccessClaim;
import io.berth.auth.token.TokenSettings.SigningAlgorithm;
import io.berth.auth.token.TokenVerifier;
import io.berth.http.access.UserDirectory;
import io.berth.http.access.UserDirectory.User;
import io.berth.name.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes tokens, and redeems refresh tokens. Both are signed by the same keys, and told apart by
 * their audience, so that no registry takes one for the other. Safe for use by many threads.
 */
final class TokenIssuer {

    /** Clocks of machines differ: a token counts from some seconds before it is issued. */
    private static final Duration SKEW = Duration.ofSeconds(10);

    private static final JOSEObjectType REFRESH = new JOSEObjectType("refresh+jwt");

    private static final String REVISION = "revision";
    private static final String CLIENT = "client_id";

    private static final int ID_BYTES = 16;

    private final TokenServiceSettings settings;
    private final SigningKeys keys;
    private final Clock clock;
    private final TokenVerifier refreshVerifier;
    private final SecureRandom random = new SecureRandom();

    TokenIssuer(TokenServiceSettings settings, SigningKeys keys, Clock clock) {
        this.settings = settings;
        this.keys = keys;
        this.clock = clock;
        this.refreshVerifier =
                new TokenVerifier(
                        settings.issuer(),
                        refreshAudience(),
                        List.of(SigningAlgorithm.ES256),
                        keys,
                        IdentityClaim::read,
                        clock);
    }

    private String refreshAudience() {
        return "refresh:" + settings.service();
    }

    /** Verifies what {@link #accessToken} makes. */
    TokenVerifier accessVerifier() {
        return new TokenVerifier(
                settings.issuer(),
                settings.service(),
                List.of(SigningAlgorithm.ES256),
                keys,
                IdentityClaim::read,
                clock);
    }

    /**
     * A token for the registry.
     *
     * @param now that the client is told, too
     * @throws TokenRequestException when it would be too long
     * @throws io.berth.error.RegistryException UNAVAILABLE when there is no key
     */
    String accessToken(Identity owner, List<Grant> grants, Instant now) {
        Map<String, Object> claims =
                claims(owner.name(), settings.service(), now, settings.lifetime().duration());
        claims.put(AccessClaim.NAME, AccessClaim.of(grants));
        claims.put(IdentityClaim.NAME, IdentityClaim.of(owner));
        return keys.signing().sign(JOSEObjectType.JWT, claims);
    }

    /**
     * A token that stands for the password of a user until that is changed.
     *
     * @param client what the client calls itself, for the reader of a token that was found
     */
    String refreshToken(User user, String client, Instant now) {
        Map<String, Object> claims =
                claims(
                        user.identity().name(),
                        refreshAudience(),
                        now,
                        settings.refreshLifetime().duration());
        claims.put(REVISION, hash(user));
        claims.put(CLIENT, client);
        return keys.signing().sign(REFRESH, claims);
    }

    private Map<String, Object> claims(
            String subject, String audience, Instant now, Duration lifetime) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", settings.issuer());
        claims.put("sub", subject);
        claims.put("aud", audience);
        claims.put("exp", now.plus(lifetime).getEpochSecond());
        claims.put("nbf", now.minus(SKEW).getEpochSecond());
        claims.put("iat", now.getEpochSecond());
        claims.put("jti", base64(id));
        return claims;
    }

    /**
     * The owner of a refresh token, as the directory knows the user now; {@code null} when the
     * token is not valid, the user is gone, or has another password.
     */
    @Nullable Identity redeem(String token, List<UserDirectory> directories) {
        JWTClaimsSet claims = refreshVerifier.claims(token);
        if (claims == null || claims.getSubject() == null) {
            return null;
        }
        try {
            String revision = claims.getStringClaim(REVISION);
            for (UserDirectory directory : directories) {
                User user = directory.find(claims.getSubject());
                if (user != null && hash(user).equals(revision)) {
                    return user.identity();
                }
            }
            return null;
        } catch (ParseException e) {
            return null;
        }
    }

    /** What it is made from, a hash with a salt, cannot be searched by it. */
    private static String hash(User user) {
        byte[] text =
                (user.identity().name() + "\0" + user.revision()).getBytes(StandardCharsets.UTF_8);
        return base64(HashAlgorithm.SHA256.newDigest().digest(text));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
