package io.berth.auth.robot;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.berth.document.Document;
import io.berth.document.SharedDocuments;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads accounts, and remembers them for some seconds, also that there is none. A client can ask
 * for any name: names that were not seen before cause {@value #UNKNOWN_PER_SECOND} reads per second
 * at most, and beyond that the client is told to come back. Memory: {@value #MAX} entries. Safe for
 * use by many threads.
 */
final class RobotLookup {

    /** How long what was read is used. */
    static final Duration FRESH = Duration.ofSeconds(5);

    static final int UNKNOWN_PER_SECOND = 50;

    private static final int MAX = 4096;

    private final SharedDocuments documents;
    private final Ticker ticker;
    private final Cache<RobotName, Optional<RobotAccount>> read;
    private final Cache<RobotName, Boolean> seen;

    private long second = Long.MIN_VALUE;
    private int unknown;

    RobotLookup(SharedDocuments documents, Ticker ticker) {
        this.documents = documents;
        this.ticker = ticker;
        this.read =
                Caffeine.newBuilder()
                        .executor(Runnable::run)
                        .maximumSize(MAX)
                        .expireAfterWrite(FRESH)
                        .ticker(ticker)
                        .build();
        this.seen = Caffeine.newBuilder().executor(Runnable::run).maximumSize(MAX).build();
    }

    /**
     * An account, as it is or was some seconds ago.
     *
     * @throws RegistryException TOO_MANY_REQUESTS when too many other names are asked for;
     *     UNAVAILABLE when the store does not answer
     */
    Optional<RobotAccount> find(RobotName name) {
        return read.get(name, this::load);
    }

    private Optional<RobotAccount> load(RobotName name) {
        if (seen.getIfPresent(name) == null && !mayAskForUnknown()) {
            throw new RegistryException(ErrorCode.TOO_MANY_REQUESTS);
        }
        Optional<Document> document = documents.read(name.document());
        if (document.isEmpty()) {
            seen.invalidate(name);
            return Optional.empty();
        }
        seen.put(name, true);
        try {
            return Optional.of(RobotAccount.parse(name, document.get().content()));
        } catch (IllegalArgumentException e) {
            throw RobotAccounts.unavailable(String.valueOf(e.getMessage()), e);
        }
    }

    private synchronized boolean mayAskForUnknown() {
        long now = ticker.read() / Duration.ofSeconds(1).toNanos();
        if (now != second) {
            second = now;
            unknown = 0;
        }
        return unknown++ < UNKNOWN_PER_SECOND;
    }
}
