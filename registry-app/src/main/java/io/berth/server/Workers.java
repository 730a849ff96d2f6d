package io.berth.server;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;

/**
 * The threads on which requests are worked on: platform threads first, which wait for their client
 * at the least cost, and virtual ones beyond them, so that a client that is waited for keeps no
 * other from being served. When as many requests are under way as the heap allows, further events
 * of connections still get a thread that may look what they are, and wait their turn unless they
 * are probes. Safe for use by many threads.
 */
final class Workers implements Executor, AutoCloseable {

    private static final ScopedValue<Boolean> BEYOND_ALL = ScopedValue.newInstance();

    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final int PROBES = 16;

    private final PlatformThreads platform;
    private final ThreadFactory virtual = Thread.ofVirtual().name("request-", 0).factory();
    private final int requests;
    private final Semaphore free;
    private final Semaphore bodies;
    private final Semaphore probes = new Semaphore(PROBES);
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> waitingBodies = new ConcurrentLinkedQueue<>();

    /**
     * @param platformThreads how many requests are worked on by platform threads
     * @param requests how many are worked on altogether
     */
    Workers(int platformThreads, int requests) {
        this.platform = new PlatformThreads(platformThreads, IDLE);
        this.requests = requests;
        this.free = new Semaphore(requests);
        this.bodies = new Semaphore(Math.max(1, requests * 7 / 8));
    }

    /** Whether this thread may only serve probes. */
    static boolean isBeyondAll() {
        return BEYOND_ALL.isBound();
    }

    @Override
    public void execute(Runnable task) {
        if (waiting.isEmpty() && free.tryAcquire()) {
            start(task);
        } else {
            virtual.newThread(() -> ScopedValue.where(BEYOND_ALL, true).run(task)).start();
        }
    }

    /** Runs a task as soon as fewer requests are under way than may be. */
    void whenOneIsFree(Runnable task) {
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

    /** Whether a probe may be served beyond all requests; then {@link #endProbe} must follow. */
    boolean beginProbe() {
        return probes.tryAcquire();
    }

    void endProbe() {
        probes.release();
    }

    /**
     * Whether a request with a body may be worked on, of which there are never so many that none
     * without one could be; then {@link #endBody} must follow.
     */
    boolean beginBody() {
        return waitingBodies.isEmpty() && bodies.tryAcquire();
    }

    void endBody() {
        bodies.release();
        startWaitingBodies();
    }

    /**
     * Runs a task as soon as fewer bodies are being read than may be. It begins as if {@link
     * #beginBody} had given true.
     */
    void whenABodyMayBegin(Runnable task) {
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

    /** Whether half of what may be under way is free; an estimate. */
    boolean isHalfFree() {
        return free.availablePermits() >= requests / 2 && bodies.availablePermits() >= requests / 2;
    }

    /** Whether a request waits for others to end. */
    boolean someWait() {
        return !waiting.isEmpty() || !waitingBodies.isEmpty();
    }

    /** How many requests wait for others to end; an estimate. */
    int waiting() {
        return waiting.size() + waitingBodies.size();
    }

    /** Lets what runs come to its end by itself. */
    @Override
    public void close() {
        platform.close();
    }
}
