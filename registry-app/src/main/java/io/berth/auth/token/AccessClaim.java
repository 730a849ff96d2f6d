package io.berth.auth.token;

import com.nimbusds.jwt.JWTClaimsSet;
import io.berth.access.Action;
import io.berth.access.Grant;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The claim {@code access} of a token, as the token specification of CNCF distribution has it. */
public final class AccessClaim {

    /** Its name. */
    public static final String NAME = "access";

    /** Grants of one token. */
    private static final int MAX_GRANTS = 1000;

    private AccessClaim() {}

    /** The claim for grants; the actions in the order of {@link Action}, which others follow. */
    public static List<Map<String, Object>> of(List<Grant> grants) {
        List<Map<String, Object>> entries = new ArrayList<>();
        for (Grant grant : grants) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("type", grant.type());
            if (!grant.resourceClass().isEmpty()) {
                entry.put("class", grant.resourceClass());
            }
            entry.put("name", grant.name());
            entry.put(
                    "actions",
                    Stream.of(Action.values())
                            .map(Action::toString)
                            .filter(grant.actions()::contains)
                            .toList());
            entries.add(entry);
        }
        return entries;
    }

    /**
     * The grants of a token; none without the claim.
     *
     * @throws ParseException when the claim has another form
     */
    static List<Grant> read(JWTClaimsSet claims) throws ParseException {
        List<Grant> grants = new ArrayList<>();
        if (claims.getClaim(NAME) == null) {
            return grants;
        }
        if (!(claims.getClaim(NAME) instanceof List<?> entries) || entries.size() > MAX_GRANTS) {
            throw new ParseException("access is no list, or too long", 0);
        }
        for (Object entry : entries) {
            if (!(entry instanceof Map<?, ?> members)) {
                throw new ParseException("access has what is no object", 0);
            }
            grants.add(
                    new Grant(
                            text(members, "type"),
                            text(members, "class"),
                            text(members, "name"),
                            actions(members.get("actions"))));
        }
        return grants;
    }

    private static String text(Map<?, ?> members, String name) throws ParseException {
        Object value = members.get(name);
        if (value == null) {
            return "";
        }
        if (value instanceof String text) {
            return text;
        }
        throw new ParseException(name + " is no text", 0);
    }

    private static Set<String> actions(@Nullable Object value) throws ParseException {
        Set<String> actions = new HashSet<>();
        if (value == null) {
            return actions;
        }
        if (!(value instanceof List<?> list)) {
            throw new ParseException("actions is no list", 0);
        }
        for (Object action : list) {
            if (!(action instanceof String text)) {
                throw new ParseException("an action is no text", 0);
            }
            actions.add(text);
        }
        return actions;
    }
}
