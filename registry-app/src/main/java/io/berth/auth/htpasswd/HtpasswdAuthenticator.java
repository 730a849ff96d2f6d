package io.berth.auth.htpasswd;

import com.github.benmanes.caffeine.cache.Ticker;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.auth.htpasswd.RememberedChecks.Fingerprint;
import io.berth.config.tree.WrongSettingException;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import io.berth.http.access.UserDirectory;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Authenticates clients by the users and passwords of a file. Safe for use by many threads. */
public final class HtpasswdAuthenticator implements Authenticator, UserDirectory {

    /** Shorter than the timeouts of clients: a refusal in time lets them try again. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /**
     * Logins that wait for each check under way. As many as end in that time, at the cost that most
     * files have; each holds a thread.
     */
    private static final int WAITING = 64;

    private final HtpasswdFile file;
    private final PasswordCheck passwords;
    private final RememberedChecks remembered;
    private final SharedChecks checks;
    private final List<String> challenges;

    HtpasswdAuthenticator(
            String realm,
            HtpasswdFile file,
            PasswordCheck passwords,
            RememberedChecks remembered,
            CheckQueue queue) {
        this.file = file;
        this.passwords = passwords;
        this.remembered = remembered;
        this.checks = new SharedChecks(remembered, queue);
        this.challenges = List.of("Basic realm=" + quoted(realm));
    }

    /**
     * Reads the file.
     *
     * @param mostWaiting requests that may wait for the check of a password at the same time
     * @param clock tells whether the file may still be being written
     * @throws WrongSettingException when there is no such file, or no user in it
     */
    public static HtpasswdAuthenticator of(
            HtpasswdSettings settings, int mostWaiting, Clock clock) {
        // The other processors serve clients whose password is remembered.
        int atOnce = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        int places = atOnce + Math.min(mostWaiting, WAITING * atOnce);
        return new HtpasswdAuthenticator(
                settings.realm(),
                new HtpasswdFile(settings.path(), clock),
                new PasswordCheck(),
                new RememberedChecks(Ticker.systemTicker()),
                new CheckQueue(atOnce, places, TIMEOUT));
    }

    /** A quoted string (RFC 9110, section 5.6.4). */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    @Override
    public @Nullable Identity authenticate(Credentials credentials, String client) {
        if (!(credentials instanceof Credentials.Basic(String user, String password))) {
            return null;
        }
        HtpasswdEntries entries = file.entries();
        BcryptHash hash = entries.find(user);
        Fingerprint fingerprint = remembered.fingerprint(user, hash, password);
        boolean right =
                checks.isRight(
                        client,
                        fingerprint,
                        () -> passwords.isRight(hash, entries.highestCost(), password));
        return right ? Identity.user(user, Set.of()) : null;
    }

    @Override
    public @Nullable User find(String name) {
        BcryptHash hash = file.entries().find(name);
        return hash == null ? null : new User(Identity.user(name, Set.of()), hash.text());
    }

    @Override
    public List<String> challenges(
            HttpServletRequest request, List<Scope> needed, Failure failure) {
        return challenges;
    }
}
