package io.berth.object.disk.lock;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether the process has been told to stop, which a shutdown hook notes until this is closed. The
 * hook does not delay the shutdown. Safe for several threads.
 */
final class ShutdownSignal implements AutoCloseable {

    private final AtomicBoolean given = new AtomicBoolean();
    private final Thread hook =
            Thread.ofPlatform().name("shutdown-signal").unstarted(() -> given.set(true));

    ShutdownSignal() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            given.set(true); // the shutdown has begun
        }
    }

    boolean isGiven() {
        return given.get();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            given.set(true); // the shutdown has begun, and runs the hook
        }
    }
}
