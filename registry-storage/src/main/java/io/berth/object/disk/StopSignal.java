package io.berth.object.disk;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether the process has been told to stop. Until it is closed, it listens by a shutdown hook,
 * which holds up nothing. For any thread.
 */
final class StopSignal implements AutoCloseable {

    private final AtomicBoolean given = new AtomicBoolean();
    private final Thread hook =
            Thread.ofPlatform().name("stop-signal").unstarted(() -> given.set(true));

    StopSignal() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            given.set(true); // it stops already
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
            given.set(true); // it stops, so that the hook has run or will
        }
    }
}
