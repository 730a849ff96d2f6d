package io.berth.object;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what another thread does, and fails when that does not come about. */
public final class Eventually {

    /** Far longer than anything takes on a busy machine. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Duration PAUSE = Duration.ofMillis(5);

    private Eventually() {}

    /**
     * Asks again and again until it is so.
     *
     * @throws AssertionError when it is not so after a minute
     */
    public static void await(String what, BooleanSupplier isSo) throws InterruptedException {
        long begin = System.nanoTime();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() - begin > LONGEST.toNanos()) {
                throw new AssertionError("not within " + LONGEST.toSeconds() + " s: " + what);
            }
            Thread.sleep(PAUSE);
        }
    }
}
