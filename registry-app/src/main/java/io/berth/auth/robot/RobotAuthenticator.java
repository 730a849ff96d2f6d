package io.berth.auth.robot;

import com.github.benmanes.caffeine.cache.Ticker;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.document.SharedDocuments;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates robots by their secrets, which they send as passwords. A secret is compared in the
 * same time whatever it is; that a name is unknown can be told from the time that the store takes.
 * Names of robots are no secrets. Safe for use by many threads.
 */
public final class RobotAuthenticator implements Authenticator {

    private final RobotLookup accounts;
    private final List<String> challenges;
    private final Clock clock;

    RobotAuthenticator(RobotLookup accounts, boolean challenged, Clock clock) {
        this.accounts = accounts;
        this.challenges = challenged ? List.of("Basic realm=\"Registry\"") : List.of();
        this.clock = clock;
    }

    /**
     * Authenticates the robots that the documents keep.
     *
     * @param challenged whether clients are asked for credentials: another authenticator does not
     */
    public static RobotAuthenticator of(
            SharedDocuments documents, boolean challenged, Clock clock) {
        RobotLookup accounts = new RobotLookup(documents, Ticker.systemTicker());
        return new RobotAuthenticator(accounts, challenged, clock);
    }

    @Override
    public @Nullable Identity authenticate(Credentials credentials, String client) {
        if (!(credentials instanceof Credentials.Basic(String user, String secret))) {
            return null;
        }
        RobotName name = RobotName.ofLogin(user);
        if (name == null || !RobotSecret.isWellFormed(secret)) {
            return null;
        }
        return accounts.find(name)
                .filter(account -> account.accepts(secret, clock.instant()))
                .map(RobotAccount::identity)
                .orElse(null);
    }

    /** So that a wrong secret costs no check of a password, and no user has a robot's name. */
    @Override
    public boolean owns(Credentials credentials) {
        return credentials instanceof Credentials.Basic basic && RobotName.isReserved(basic.user());
    }

    @Override
    public List<String> challenges(
            HttpServletRequest request, List<Scope> needed, Failure failure) {
        return challenges;
    }
}
