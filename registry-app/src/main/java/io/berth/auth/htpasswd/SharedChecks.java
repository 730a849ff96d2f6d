package io.berth.auth.htpasswd;

import io.berth.auth.htpasswd.RememberedChecks.Fingerprint;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Makes each check once: what was checked lately is remembered, and requests that need the same
 * check at the same time wait for the one that makes it. Safe for use by many threads.
 */
final class SharedChecks {

    private final RememberedChecks remembered;
    private final CheckQueue queue;
    private final ConcurrentMap<Fingerprint, CompletableFuture<Boolean>> underWay =
            new ConcurrentHashMap<>();

    SharedChecks(RememberedChecks remembered, CheckQueue queue) {
        this.remembered = remembered;
        this.queue = queue;
    }

    /**
     * Whether a password is right. Returns at once when that is remembered, also while many checks
     * wait.
     *
     * @param client that sends the password
     * @param check compares the password with its hash
     * @throws io.berth.error.RegistryException TOO_MANY_REQUESTS when too many checks wait, or this
     *     one has waited for too long
     */
    boolean isRight(String client, Fingerprint fingerprint, BooleanSupplier check) {
        Boolean known = remembered.find(fingerprint);
        if (known != null) {
            return known;
        }
        queue.enter(client);
        try {
            CompletableFuture<Boolean> own = new CompletableFuture<>();
            CompletableFuture<Boolean> other = underWay.putIfAbsent(fingerprint, own);
            return other == null ? make(client, fingerprint, check, own) : await(other);
        } finally {
            queue.leave(client);
        }
    }

    private boolean make(
            String client,
            Fingerprint fingerprint,
            BooleanSupplier check,
            CompletableFuture<Boolean> result) {
        try {
            // Another request may just have ended this check.
            Boolean known = remembered.find(fingerprint);
            boolean right = known == null ? queue.run(client, check) : known;
            remembered.remember(fingerprint, right);
            result.complete(right);
            return right;
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
            throw e;
        } finally {
            underWay.remove(fingerprint, result);
        }
    }

    /** The other request has waited already, but may have to wait as long as this one. */
    private boolean await(CompletableFuture<Boolean> other) {
        try {
            return other.get(2 * queue.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw queue.tooMany();
        } catch (ExecutionException | TimeoutException e) {
            throw queue.tooMany(); // the other request is answered with the failure
        }
    }
}
