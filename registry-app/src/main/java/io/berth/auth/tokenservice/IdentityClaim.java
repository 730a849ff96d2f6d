package io.berth.auth.tokenservice;

import com.nimbusds.jwt.JWTClaimsSet;
import io.berth.access.Grant;
import io.berth.access.Identity;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a token of this service says about its owner besides the name, so that the access policy can
 * decide about each request as it does without tokens. Other registries ignore it.
 */
final class IdentityClaim {

    static final String NAME = "identity";

    /** Characters of all groups and claims. A token is sent in a header. */
    static final int MAX_LENGTH = 8 * 1024;

    private static final String KIND = "kind";
    private static final String GROUPS = "groups";
    private static final String CLAIMS = "claims";

    private IdentityClaim() {}

    /**
     * The value of the claim.
     *
     * @throws TokenRequestException when it would be too long: a token without some of it could
     *     allow something that the policy denies to its owner
     */
    static Map<String, Object> of(Identity identity) {
        if (length(identity) > MAX_LENGTH) {
            throw new TokenRequestException(
                    403,
                    "access_denied",
                    "the groups of this user do not fit into a token; send the password with each"
                            + " request instead");
        }
        Map<String, Object> claim = new LinkedHashMap<>();
        claim.put(KIND, identity.kind().name().toLowerCase(Locale.ROOT));
        if (!identity.groups().isEmpty()) {
            claim.put(GROUPS, new ArrayList<>(identity.groups()));
        }
        if (!identity.claims().isEmpty()) {
            claim.put(CLAIMS, identity.claims());
        }
        return claim;
    }

    private static long length(Identity identity) {
        return Stream.of(identity.groups(), identity.claims().keySet(), identity.claims().values())
                .flatMap(Collection::stream)
                .mapToLong(text -> text.length())
                .sum();
    }

    /**
     * The owner of a token.
     *
     * @param grants {@code null}: the access policy alone decides
     * @throws ParseException when the claims are not those that this service writes
     */
    static Identity read(JWTClaimsSet claims, @Nullable List<Grant> grants) throws ParseException {
        Map<String, Object> claim = claims.getJSONObjectClaim(NAME);
        if (claim == null || !(claim.get(KIND) instanceof String kind)) {
            throw new ParseException("the token says nothing about its owner", 0);
        }
        return new Identity(
                Identity.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                Objects.requireNonNullElse(claims.getSubject(), ""),
                groups(claim.get(GROUPS)),
                claims(claim.get(CLAIMS)),
                grants);
    }

    private static Set<String> groups(@Nullable Object value) throws ParseException {
        Set<String> groups = new HashSet<>();
        if (value instanceof List<?> list) {
            for (Object group : list) {
                if (!(group instanceof String text)) {
                    throw new ParseException("a group is no text", 0);
                }
                groups.add(text);
            }
        }
        return groups;
    }

    private static Map<String, String> claims(@Nullable Object value) throws ParseException {
        Map<String, String> claims = new HashMap<>();
        if (value instanceof Map<?, ?> members) {
            for (Map.Entry<?, ?> member : members.entrySet()) {
                if (!(member.getKey() instanceof String name)
                        || !(member.getValue() instanceof String text)) {
                    throw new ParseException("a claim is no text", 0);
                }
                claims.put(name, text);
            }
        }
        return claims;
    }
}
