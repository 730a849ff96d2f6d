package io.berth.auth.htpasswd;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.server.connection.PerClientLimit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only some checks run at the same time. The others wait, a bounded number for a bounded time,
 * and take turns by client: a client that has many waiting delays another one by no more than one
 * check. One client has half of the places at most.
 *
 * <p>Checks run in the threads of their callers. Safe for use by many threads.
 */
final class CheckQueue {

    private static final Logger log = LoggerFactory.getLogger(CheckQueue.class);

    /** A thread that waits for its turn. Guarded by the lock. */
    private static final class Waiter {

        private final Condition turn;
        private boolean hasTurn;

        Waiter(Condition turn) {
            this.turn = turn;
        }
    }

    private final int places;
    private final Duration timeout;
    private final Semaphore freePlaces;
    private final PerClientLimit perClient;

    private final ReentrantLock lock = new ReentrantLock();

    /** Waiting threads by client, in the order of the clients' next turns; no queue is empty. */
    private final Map<String, Deque<Waiter>> waiting = new LinkedHashMap<>();

    /** Checks that may begin; 0 while a thread waits. */
    private int free;

    /**
     * @param checks at the same time
     * @param places for requests that wait and requests that are checked
     * @param timeout how long a request waits at most
     */
    CheckQueue(int checks, int places, Duration timeout) {
        this.free = checks;
        this.places = places;
        this.timeout = timeout;
        this.freePlaces = new Semaphore(places);
        this.perClient = new PerClientLimit(Math.max(1, places / 2));
    }

    /** How long a request waits at most. */
    Duration timeout() {
        return timeout;
    }

    /**
     * Takes a place, without waiting for one; {@link #leave} must follow.
     *
     * @throws RegistryException TOO_MANY_REQUESTS when all places are taken, or half of them by
     *     this client
     */
    void enter(String client) {
        if (!perClient.tryAcquire(client)) {
            throw tooMany();
        }
        if (!freePlaces.tryAcquire()) {
            perClient.release(client);
            throw tooMany();
        }
    }

    /** Returns a place. */
    void leave(String client) {
        freePlaces.release();
        perClient.release(client);
    }

    /**
     * Runs a check when it is the client's turn. The client has a place.
     *
     * @throws RegistryException TOO_MANY_REQUESTS when its turn did not come in time, or the thread
     *     was interrupted before
     */
    boolean run(String client, BooleanSupplier check) {
        if (!awaitTurn(client)) {
            throw tooMany();
        }
        try {
            return check.getAsBoolean();
        } finally {
            endTurn();
        }
    }

    private boolean awaitTurn(String client) {
        lock.lock();
        try {
            if (free > 0) {
                free--;
                return true;
            }
            Waiter waiter = new Waiter(lock.newCondition());
            waiting.computeIfAbsent(client, _ -> new ArrayDeque<>()).add(waiter);
            try {
                long left = timeout.toNanos();
                while (!waiter.hasTurn && left > 0) {
                    left = waiter.turn.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (!waiter.hasTurn) {
                waiting.computeIfPresent(
                        client,
                        (_, queue) -> queue.remove(waiter) && queue.isEmpty() ? null : queue);
            }
            return waiter.hasTurn;
        } finally {
            lock.unlock();
        }
    }

    private void endTurn() {
        lock.lock();
        try {
            Iterator<Map.Entry<String, Deque<Waiter>>> clients = waiting.entrySet().iterator();
            if (!clients.hasNext()) {
                free++;
                return;
            }
            Map.Entry<String, Deque<Waiter>> next = clients.next();
            String client = next.getKey();
            Deque<Waiter> queue = next.getValue();
            clients.remove();
            Waiter waiter = queue.remove();
            if (!queue.isEmpty()) {
                waiting.put(client, queue); // behind all others
            }
            waiter.hasTurn = true;
            waiter.turn.signal();
        } finally {
            lock.unlock();
        }
    }

    RegistryException tooMany() {
        log.warn(
                "Logins are refused with 429, because {} passwords at most wait to be checked, half"
                        + " of them of one client, for {} s. Clients that have logged in lately are"
                        + " served.",
                places,
                TimeUnit.NANOSECONDS.toSeconds(timeout.toNanos()));
        return new RegistryException(
                ErrorCode.TOO_MANY_REQUESTS,
                ErrorCode.TOO_MANY_REQUESTS.message(),
                "too many passwords are being checked");
    }
}
