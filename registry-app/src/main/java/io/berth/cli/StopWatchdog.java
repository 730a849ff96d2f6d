package io.berth.cli;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when a stop hangs: what is closed after the last request may wait for a store
 * that does not answer, and the process must end within the time that is set. Nothing is lost that
 * has been acknowledged.
 */
final class StopWatchdog {

    private static final Logger log = LoggerFactory.getLogger(StopWatchdog.class);

    /** For what is closed after requests have been waited for. */
    private static final Duration TO_CLOSE = Duration.ofSeconds(5);

    private StopWatchdog() {}

    /**
     * From now on a stop of this process ends.
     *
     * @param drainTimeout how long requests are waited for
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
            return; // it would end too early
        }
        log.error(
                "the stop did not end within {} s, so the process is halted:"
                        + " what had to be closed did not end, perhaps because its store does not"
                        + " answer",
                after.toSeconds());
        Runtime.getRuntime().halt(1);
    }
}
