package io.berth.auth.robot;

import io.berth.document.Document;
import io.berth.document.DocumentName;
import io.berth.document.SharedDocuments;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and changes robot accounts. Each is a document that all replicas share, and each change is
 * written on the condition that nobody else has changed the account since it was read, so that
 * several replicas and administrators may work at the same time. A change counts on every replica
 * within {@link #DELAY}. Safe for use by many threads.
 *
 * <p>A secret is returned once, by the method that makes it, and can be learned nowhere else. When
 * a method throws UNAVAILABLE, the change may have happened or not; a secret that was not returned
 * is of no use to anyone.
 *
 * <p>Every method throws {@link RegistryException} UNAVAILABLE when the store does not answer, or
 * when the document of an account is damaged.
 */
public final class RobotAccounts {

    /** How long a replica may accept what was changed on another one. */
    public static final Duration DELAY = RobotLookup.FRESH;

    /** How long an account or an overlap may last. */
    public static final Duration MAX_LIFETIME = Duration.ofDays(3660);

    private static final Logger log = LoggerFactory.getLogger(RobotAccounts.class);

    /** Robots of one page. */
    public static final int MAX_PAGE = 100;

    private static final int ATTEMPTS = 10;

    /**
     * An account and its new secret.
     *
     * @param secret to be shown once, and not to be logged
     */
    public record Issued(Robot robot, String secret) {

        /** Does not show the secret. */
        @Override
        public String toString() {
            return "Issued[" + robot.name() + "]";
        }
    }

    /**
     * A page of accounts in the order of their names.
     *
     * @param next after which the next page begins; {@code null}: this is the last one
     */
    public record Page(List<Robot> robots, @Nullable RobotName next) {

        public Page {
            robots = List.copyOf(robots);
        }
    }

    private final SharedDocuments documents;
    private final Clock clock;

    public RobotAccounts(SharedDocuments documents, Clock clock) {
        this.documents = documents;
        this.clock = clock;
    }

    /**
     * Makes an account, which can log in.
     *
     * @param lifetime of the account; {@code null}: it never ends, which the caller should have
     *     been asked for explicitly
     * @return empty when there is an account of this name
     * @throws IllegalArgumentException when a value is not as {@link Robot} says, or the lifetime
     *     is not positive or longer than {@link #MAX_LIFETIME}
     */
    public Optional<Issued> create(
            RobotName name, String description, Set<String> groups, @Nullable Duration lifetime) {
        Instant now = now();
        String secret = RobotSecret.generate();
        RobotAccount account =
                new RobotAccount(
                        name,
                        description,
                        groups,
                        now,
                        end(now, lifetime),
                        true,
                        List.of(RobotSecret.of(secret, null)));
        Robot shown = account.shown();
        return documents.create(name.document(), account.toBytes())
                ? Optional.of(new Issued(shown, secret))
                : Optional.empty();
    }

    /**
     * Issues another secret. The account ends when it would have ended.
     *
     * @param overlap how long the last secret is accepted beside it; zero: it ends at once. Secrets
     *     before the last one end at once.
     * @return empty when there is no such account
     * @throws IllegalArgumentException when the overlap is negative or longer than {@link
     *     #MAX_LIFETIME}
     */
    public Optional<Issued> rotate(RobotName name, Duration overlap) {
        if (overlap.isNegative() || overlap.compareTo(MAX_LIFETIME) > 0) {
            throw new IllegalArgumentException("an overlap must be 0 to 10 years");
        }
        Instant now = now();
        String secret = RobotSecret.generate();
        return change(
                        name,
                        account -> account.rotated(RobotSecret.of(secret, null), now.plus(overlap)))
                .map(robot -> new Issued(robot, secret));
    }

    /**
     * Lets an account end at another time, also one that has ended. A secret that ends before it
     * does so still.
     *
     * @param lifetime from now; {@code null}: it never ends
     * @return empty when there is no such account
     * @throws IllegalArgumentException as {@link #create}
     */
    public Optional<Robot> setLifetime(RobotName name, @Nullable Duration lifetime) {
        Instant end = end(now(), lifetime);
        return change(name, account -> account.endingAt(end));
    }

    /**
     * Lets an account log in, or not any more.
     *
     * @return empty when there is no such account
     */
    public Optional<Robot> setEnabled(RobotName name, boolean enabled) {
        return change(name, account -> account.enabled(enabled));
    }

    /**
     * Removes an account for good.
     *
     * @return {@code false} when there is no such account
     */
    public boolean delete(RobotName name) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Document> document = documents.read(name.document());
            if (document.isEmpty()) {
                return false;
            }
            if (documents.remove(name.document(), document.get())) {
                return true;
            }
        }
        throw unavailable("others change the account " + name + " all the time", null);
    }

    /** An account; empty when there is none of this name. */
    public Optional<Robot> find(RobotName name) {
        return documents.read(name.document()).map(document -> parsed(name, document).shown());
    }

    /**
     * Accounts in the order of their names. Each costs a request to the store. One that is made or
     * removed meanwhile may be listed or not. One whose document is damaged is not listed, and a
     * warning says so; a page may therefore be empty, and have more after it.
     *
     * @param after only names after this one; {@code null}: from the first
     * @param limit 1 to {@value #MAX_PAGE}
     * @throws IllegalArgumentException when the limit is another
     */
    public Page list(@Nullable RobotName after, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("a page has 1 to " + MAX_PAGE + " robots");
        }
        List<DocumentName> names =
                documents.list(RobotName.folder(), after == null ? null : after.value(), limit + 1);
        List<RobotName> page = names.stream().limit(limit).map(RobotName::ofDocument).toList();
        List<Robot> robots = new ArrayList<>();
        for (RobotName name : page) {
            documents
                    .read(name.document())
                    .flatMap(document -> listed(name, document))
                    .ifPresent(robots::add);
        }
        return new Page(robots, names.size() > limit ? page.getLast() : null);
    }

    /** One damaged document must not hide all other accounts. */
    private static Optional<Robot> listed(RobotName name, Document document) {
        try {
            return Optional.of(RobotAccount.parse(name, document.content()).shown());
        } catch (IllegalArgumentException e) {
            log.warn("The robot account {} is not listed: {}", name, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Robot> change(RobotName name, UnaryOperator<RobotAccount> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Document> document = documents.read(name.document());
            if (document.isEmpty()) {
                return Optional.empty();
            }
            RobotAccount changed = change.apply(parsed(name, document.get()));
            if (documents.replace(name.document(), changed.toBytes(), document.get())) {
                return Optional.of(changed.shown());
            }
        }
        throw unavailable("others change the account " + name + " all the time", null);
    }

    private static RobotAccount parsed(RobotName name, Document document) {
        try {
            return RobotAccount.parse(name, document.content());
        } catch (IllegalArgumentException e) {
            throw unavailable(String.valueOf(e.getMessage()), e);
        }
    }

    private static @Nullable Instant end(Instant now, @Nullable Duration lifetime) {
        if (lifetime == null) {
            return null;
        }
        if (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(MAX_LIFETIME) > 0) {
            throw new IllegalArgumentException(
                    "a robot must live longer than 0, and 10 years at most");
        }
        return now.plus(lifetime);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    static RegistryException unavailable(String detail, @Nullable Exception cause) {
        return new RegistryException(
                List.of(
                        new RegistryError(
                                ErrorCode.UNAVAILABLE, ErrorCode.UNAVAILABLE.message(), detail)),
                cause);
    }
}
