package io.berth.cli;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Halts the process when a stop hangs: closing the registry may wait for a store that does not
 * answer, and the process must end within {@code http.draintimeout} and five seconds. No
 * acknowledged write is lost.
 */
final class StopWatchdog {

    private static final Logger log = LoggerFactory.getLogger(StopWatchdog.class);

    /** Time to close the registry and its store after the drain. */
    private static final Duration TO_CLOSE = Duration.ofSeconds(5);

    private StopWatchdog() {}

    /**
     * Watches the stop of this process, from now on.
     *
     * @param drainTimeout the longest drain; the process is halted five seconds later
     */
    static void watch(Duration drainTimeout) {
        // The process waits for this thread, which only starts another that it does not wait for.
        Thread atStop =
                Thread.ofPlatform()
                        .name("watch-stop")
                        .unstarted(
                                () ->
                                        Thread.ofPlatform()
                                                .daemon()
                                                .name("stop-watchdog")
                                                .start(() -> halt(drainTimeout.plus(TO_CLOSE))));
        Runtime.getRuntime().addShutdownHook(atStop);
    }

    private static void halt(Duration after) {
        try {
            Thread.sleep(after);
        } catch (InterruptedException e) {
            return; // halting now would be too early
        }
        log.error(
                "the stop did not end within {} s, so the process is halted: the registry could not be"
                        + " closed in time, perhaps because its store does not answer",
                after.toSeconds());
        Runtime.getRuntime().halt(1);
    }
}
