package io.berth.http.access;

import io.berth.access.Action;
import io.berth.access.Scope;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that other credentials could make acceptable. */
public final class UnauthorizedException extends RegistryException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> challenges;

    UnauthorizedException(List<Scope> needed, List<String> challenges) {
        super(
                ErrorCode.UNAUTHORIZED,
                ErrorCode.UNAUTHORIZED.message(),
                needed.isEmpty() ? null : detail(needed));
        this.challenges = List.copyOf(challenges);
    }

    /** One entry for each action, as in distribution. */
    private static @Nullable Object detail(List<Scope> needed) {
        List<Map<String, String>> detail = new ArrayList<>();
        for (Scope scope : needed) {
            for (Action action : scope.actions()) {
                Map<String, String> entry = new LinkedHashMap<>();
                entry.put("Type", scope.type());
                entry.put("Class", "");
                entry.put("Name", scope.name());
                entry.put("Action", action.toString());
                detail.add(entry);
            }
        }
        return detail;
    }

    /** Values of {@code WWW-Authenticate}, one for each header line. */
    public List<String> challenges() {
        return challenges;
    }
}
