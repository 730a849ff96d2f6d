package io.berth.server.connection;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;

/**
 * Runs requests: on platform threads first, which wait for clients at the least cost, and on
 * virtual threads beyond those, so that a slow client keeps no other from being served. When as
 * many requests run as the heap allows, a further event of a connection gets a virtual thread that
 * serves it only if it is a probe; other requests wait for their turn. Safe for use by many
 * threads.
 */
public final class RequestExecutor implements Executor, AutoCloseable {

    private static final ScopedValue<Boolean> BEYOND_LIMIT = ScopedValue.newInstance();

    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final int PROBES = 16;

    private final PlatformThreadPool platform;
    private final ThreadFactory virtual = Thread.ofVirtual().name("request-", 0).factory();
    private final int requests;
    private final Semaphore free;
    private final Semaphore bodies;
    private final Semaphore probes = new Semaphore(PROBES);
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> waitingBodies = new ConcurrentLinkedQueue<>();

    /**
     * @param platformThreads requests at the same time on platform threads
     * @param requests requests at the same time altogether
     */
    RequestExecutor(int platformThreads, int requests) {
        this.platform = new PlatformThreadPool(platformThreads, IDLE);
        this.requests = requests;
        this.free = new Semaphore(requests);
        this.bodies = new Semaphore(Math.max(1, requests * 7 / 8));
    }

    /** Whether the limit of requests is reached, so that this thread may only serve probes. */
    public static boolean isBeyondLimit() {
        return BEYOND_LIMIT.isBound();
    }

    @Override
    public void execute(Runnable task) {
        if (waiting.isEmpty() && free.tryAcquire()) {
            start(task);
        } else {
            virtual.newThread(() -> ScopedValue.where(BEYOND_LIMIT, true).run(task)).start();
        }
    }

    /** Runs a task as soon as the number of running requests is below the limit. */
    void executeWhenFree(Runnable task) {
        waiting.add(task);
        startWaiting();
    }

    private void startWaiting() {
        while (!waiting.isEmpty() && free.tryAcquire()) {
            Runnable next = waiting.poll();
            if (next == null) {
                free.release();
            } else {
                start(next);
            }
        }
    }

    private void start(Runnable task) {
        Runnable counted = () -> run(task);
        if (!platform.execute(counted)) {
            virtual.newThread(counted).start();
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } finally {
            free.release();
            startWaiting();
        }
    }

    /**
     * Takes a permit to serve a probe beyond the limit of requests. After {@code true}, {@link
     * #endProbe} must follow.
     */
    boolean tryBeginProbe() {
        return probes.tryAcquire();
    }

    void endProbe() {
        probes.release();
    }

    /**
     * Takes a permit for a request with a body. Their limit is lower than that of all requests, so
     * that requests without a body can always run. After {@code true}, {@link #endBody} must
     * follow.
     */
    boolean tryBeginBody() {
        return waitingBodies.isEmpty() && bodies.tryAcquire();
    }

    void endBody() {
        bodies.release();
        startWaitingBodies();
    }

    /**
     * Runs a task as soon as the number of bodies is below their limit, as if {@link #tryBeginBody}
     * had returned {@code true}.
     */
    void executeWithBody(Runnable task) {
        waitingBodies.add(task);
        startWaitingBodies();
    }

    private void startWaitingBodies() {
        while (!waitingBodies.isEmpty() && bodies.tryAcquire()) {
            Runnable next = waitingBodies.poll();
            if (next == null) {
                bodies.release();
            } else {
                execute(next);
            }
        }
    }

    /**
     * Removes a task that has not started yet.
     *
     * @return whether the task waited for a permit to read a body
     */
    boolean forget(Runnable task) {
        return !waiting.remove(task) && waitingBodies.remove(task);
    }

    /** Whether half of the permits for requests, and for bodies, are free; an estimate. */
    boolean isHalfFree() {
        return free.availablePermits() >= requests / 2 && bodies.availablePermits() >= requests / 2;
    }

    /** Whether a request waits for another one to end. */
    boolean hasWaiting() {
        return !waiting.isEmpty() || !waitingBodies.isEmpty();
    }

    /** Number of requests that wait for others to end; an estimate. */
    int waitingCount() {
        return waiting.size() + waitingBodies.size();
    }

    /** Ends idle threads; requests that run are not interrupted. */
    @Override
    public void close() {
        platform.close();
    }
}
