package io.berth.auth.oidc;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of an issuer, which are fetched when they are first needed, when a token names one that
 * is not among them, and when they are half an hour old.
 *
 * <p>One fetch runs at a time, {@link #BETWEEN} after the last one began at the earliest: a client
 * that makes up names of keys causes no more. Requests wait for a fetch only where they cannot be
 * answered without it: a bounded number, for a bounded time. While the issuer cannot be reached,
 * its last keys count for {@link #KEPT}.
 *
 * <p>Safe for use by many threads.
 */
final class IssuerKeys {

    private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);

    /** From the beginning of a fetch to that of the next one. */
    static final Duration BETWEEN = Duration.ofSeconds(10);

    /** The age at which keys are fetched again, while they are used. */
    static final Duration RENEWED = Duration.ofMinutes(30);

    /** The age from which keys are used only if they cannot be fetched: some may be revoked. */
    static final Duration FRESH = Duration.ofHours(1);

    /** The age from which keys are not used. */
    static final Duration KEPT = Duration.ofHours(24);

    /** Shorter than the timeouts of clients: a refusal in time lets them try again. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Requests that wait for a fetch; each holds a thread. */
    static final int WAITING = 32;

    /** Where keys come from. */
    @FunctionalInterface
    interface Source {

        /**
         * Fetches the keys. Takes a bounded time.
         *
         * @throws IOException when they cannot be had; its message says why
         */
        KeySet fetch() throws IOException;
    }

    /**
     * What is known.
     *
     * @param fetched when the keys were, in the time of the clock
     * @param attempted when the last fetch began
     * @param failure of the last fetch; {@code null}: there was none, or it succeeded
     */
    private record State(
            @Nullable KeySet keys, long fetched, long attempted, @Nullable String failure) {

        @Nullable JWK find(String id, JWSAlgorithm algorithm, long now) {
            return keys == null || isOlder(KEPT, now) ? null : keys.find(id, algorithm);
        }

        boolean isOlder(Duration age, long now) {
            return now - fetched >= age.toNanos();
        }
    }

    private final String issuer;
    private final Source source;
    private final LongSupplier nanoTime;
    private final Executor threads;
    private final Semaphore waiting = new Semaphore(WAITING);
    private final ReentrantLock lock = new ReentrantLock();
    private volatile State state;
    private @Nullable CompletableFuture<State> underWay; // guarded by the lock

    /**
     * @param issuer the name of its settings, for the log
     * @param threads that fetches run in
     */
    IssuerKeys(String issuer, Source source, LongSupplier nanoTime, Executor threads) {
        this.issuer = issuer;
        this.source = source;
        this.nanoTime = nanoTime;
        this.threads = threads;
        this.state = new State(null, 0, nanoTime.getAsLong() - BETWEEN.toNanos(), null);
    }

    /**
     * A key by its id; {@code null}: the issuer has none of this id for this algorithm.
     *
     * @throws RegistryException UNAVAILABLE when that cannot be told, because the keys cannot be
     *     fetched
     */
    @Nullable JWK find(String id, JWSAlgorithm algorithm) {
        State known = state;
        long now = nanoTime.getAsLong();
        JWK key = known.find(id, algorithm, now);
        if (key == null) {
            return fetched(id, algorithm, known);
        }
        if (known.isOlder(RENEWED, now)) {
            CompletableFuture<State> fetch = refresh();
            if (known.isOlder(FRESH, now) && known.failure() == null && fetch != null) {
                State next = await(fetch);
                return next == null ? key : next.find(id, algorithm, now);
            }
        }
        return key;
    }

    /** A key that is not there, or was. */
    private @Nullable JWK fetched(String id, JWSAlgorithm algorithm, State before) {
        CompletableFuture<State> fetch = refresh();
        State next = fetch == null ? before : await(fetch);
        if (next == null) {
            throw unavailable("it takes too long to fetch the keys of the issuer");
        }
        JWK key = next.find(id, algorithm, nanoTime.getAsLong());
        if (key == null && next.failure() != null) {
            throw unavailable("the keys of the issuer cannot be fetched");
        }
        return key;
    }

    /** Without the reason, which is in the log: it can name addresses that clients do not know. */
    private RegistryException unavailable(String why) {
        return new RegistryException(
                ErrorCode.UNAVAILABLE, ErrorCode.UNAVAILABLE.message(), why + " " + issuer);
    }

    /** Begins to fetch the keys, so that the first request need not wait for them. */
    void prefetch() {
        CompletableFuture<State> _ = refresh();
    }

    /**
     * Begins to fetch the keys, unless they are being fetched.
     *
     * @return {@code null} when it is too early for another fetch
     */
    private @Nullable CompletableFuture<State> refresh() {
        lock.lock();
        try {
            if (underWay != null) {
                return underWay;
            }
            long now = nanoTime.getAsLong();
            if (now - state.attempted() < BETWEEN.toNanos()) {
                return null;
            }
            CompletableFuture<State> fetch = new CompletableFuture<>();
            threads.execute(() -> fetch(now, fetch));
            // Not where the executor has run it already.
            underWay = fetch.isDone() ? null : fetch;
            return fetch;
        } finally {
            lock.unlock();
        }
    }

    private void fetch(long begun, CompletableFuture<State> result) {
        State next = new State(state.keys(), state.fetched(), begun, "it was ended");
        try {
            next = attempt(begun);
        } finally {
            lock.lock();
            try {
                state = next;
                underWay = null;
            } finally {
                lock.unlock();
            }
            result.complete(next);
        }
    }

    private State attempt(long begun) {
        State before = state;
        try {
            KeySet keys = source.fetch();
            if (before.keys() == null || before.failure() != null) {
                log.info("auth.oidc.{}: the issuer has {} keys", issuer, keys.size());
            }
            return new State(keys, begun, begun, null);
        } catch (IOException | RuntimeException e) {
            String reason = e instanceof IOException ? e.getMessage() : e.toString();
            boolean kept = before.keys() != null && !before.isOlder(KEPT, begun);
            log.warn(
                    "auth.oidc.{}: the keys of the issuer cannot be fetched: {}. {}",
                    issuer,
                    reason,
                    kept
                            ? "The last ones are used until they are 24 hours old."
                            : "Its tokens are answered with 503 until they can be.");
            return new State(before.keys(), before.fetched(), begun, String.valueOf(reason));
        }
    }

    /** {@code null}: too many wait already, or it takes too long. */
    private @Nullable State await(CompletableFuture<State> fetch) {
        if (!waiting.tryAcquire()) {
            return null;
        }
        try {
            return fetch.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it never completes so
        } catch (TimeoutException e) {
            return null;
        } finally {
            waiting.release();
        }
    }
}
