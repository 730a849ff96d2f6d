package io.berth.auth.oidc;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.JWK;
import io.berth.access.Identity;
import io.berth.auth.jws.Signatures;
import io.berth.auth.jws.VerifiedTokens.Verified;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks tokens of one issuer, and makes the identity of the workload from their claims. Safe for
 * use by many threads.
 */
final class OidcVerifier {

    private static final Logger log = LoggerFactory.getLogger(OidcVerifier.class);

    /** By how much clocks may differ. */
    static final Duration LEEWAY = Duration.ofSeconds(60);

    /** In characters; longer ones have no place in logs and policies. */
    private static final int MAX_NAME = 512;

    /** A token that the issuer signed, but that is not let in. The message says why. */
    private static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        Refusal(String reason) {
            super(reason, null, false, false);
        }
    }

    private final String name;
    private final OidcSettings settings;
    private final IssuerKeys keys;
    private final Clock clock;
    private final ClaimTemplate nameTemplate;
    private final List<ClaimTemplate> groupTemplates;
    private final Map<String, List<ClaimPattern>> required = new HashMap<>();

    /**
     * @param name of its settings
     */
    OidcVerifier(String name, OidcSettings settings, IssuerKeys keys, Clock clock) {
        this.name = name;
        this.settings = settings;
        this.keys = keys;
        this.clock = clock;
        this.nameTemplate = ClaimTemplate.of(settings.name());
        this.groupTemplates = settings.groups().stream().map(ClaimTemplate::of).toList();
        settings.required()
                .forEach(
                        (claim, texts) ->
                                required.put(
                                        claim, texts.stream().map(ClaimPattern::new).toList()));
    }

    /**
     * Checks a token whose {@code iss} is that of the settings.
     *
     * @return {@code null}: it is not let in. The log says why if the issuer signed it; others can
     *     be made up by anyone
     * @throws io.berth.error.RegistryException UNAVAILABLE when the keys cannot be fetched
     */
    @Nullable Verified verify(JWSObject jws, Claims claims) {
        if (!isSigned(jws)) {
            return null;
        }
        try {
            return checked(claims);
        } catch (Refusal e) {
            log.warn("auth.oidc.{} refused a token: {}", name, e.getMessage());
            return null;
        }
    }

    private boolean isSigned(JWSObject jws) {
        JWSHeader header = jws.getHeader();
        if (header.getKeyID() == null || header.getCriticalParams() != null || !isJwt(header)) {
            return false;
        }
        JWK key = keys.find(header.getKeyID(), header.getAlgorithm());
        return key != null && Signatures.isSignedWith(jws, key);
    }

    /** Not what is signed for another purpose, such as a notice of a logout. */
    private static boolean isJwt(JWSHeader header) {
        return header.getType() == null || header.getType().getType().equalsIgnoreCase("JWT");
    }

    private Verified checked(Claims claims) throws Refusal {
        Instant expires = requireTimes(claims);
        if (claims.values("aud").stream().noneMatch(settings.audience()::contains)) {
            throw new Refusal("its aud is none of auth.oidc." + name + ".audience");
        }
        for (Map.Entry<String, List<ClaimPattern>> claim : required.entrySet()) {
            List<String> values = claims.values(claim.getKey());
            if (claim.getValue().stream()
                    .noneMatch(pattern -> values.stream().anyMatch(pattern::matches))) {
                throw new Refusal("its claim " + claim.getKey() + " is not one of those required");
            }
        }
        return new Verified(identity(claims), expires);
    }

    /** When it ends, with the leeway. */
    private Instant requireTimes(Claims claims) throws Refusal {
        Instant now = clock.instant();
        Instant expires = claims.time("exp");
        Instant issued = claims.time("iat");
        if (expires == null || issued == null) {
            throw new Refusal("it has no exp, or no iat");
        }
        if (!now.isBefore(expires.plus(LEEWAY))) {
            throw new Refusal("it has expired");
        }
        Instant notBefore = claims.members().containsKey("nbf") ? claims.time("nbf") : issued;
        if (notBefore == null || now.plus(LEEWAY).isBefore(notBefore)) {
            throw new Refusal("its nbf is in the future, or no time");
        }
        if (now.plus(LEEWAY).isBefore(issued)) {
            throw new Refusal("its iat is in the future: do the clocks differ?");
        }
        if (Duration.between(issued, expires).compareTo(settings.lifetime().duration()) > 0) {
            throw new Refusal(
                    "it is valid for longer than lifetime allows: "
                            + Duration.between(issued, expires));
        }
        return expires.plus(LEEWAY);
    }

    private Identity identity(Claims claims) throws Refusal {
        List<String> names = nameTemplate.names(claims);
        if (names.size() != 1) {
            throw new Refusal("it has no claim for the name, or several values");
        }
        Set<String> groups = new HashSet<>();
        for (ClaimTemplate template : groupTemplates) {
            for (String group : template.names(claims)) {
                groups.add(named(group));
            }
        }
        if (groups.size() > ClaimTemplate.MAX_NAMES) {
            throw new Refusal("it has more than " + ClaimTemplate.MAX_NAMES + " groups");
        }
        return new Identity(
                Identity.Kind.USER, named(names.getFirst()), groups, shown(claims), null);
    }

    /** The claims that policies can look at. */
    private Map<String, String> shown(Claims claims) {
        Map<String, String> shown = new HashMap<>();
        for (String claim : settings.claims()) {
            String value = claims.value(claim);
            if (value != null) {
                shown.put(claim, value);
            }
        }
        return shown;
    }

    /** Behind the name of the settings: no other issuer makes the same, and no user has a colon. */
    private String named(String workload) throws Refusal {
        String full = name + ":" + workload;
        if (full.length() > MAX_NAME) {
            throw new Refusal("it would have a name or group of more than 512 characters");
        }
        return full;
    }
}
