package io.berth.object;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what another thread does, and fails when that does not come about. */
public final class Eventually {

    /** Far longer than anything takes on a busy machine. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Duration PAUSE = Duration.ofMillis(5);

    private Eventually() {}

    /**
     * Waits until a latch is open. For callbacks, which may not throw what an interrupt throws.
     *
     * @throws AssertionError when it is not after a minute
     */
    public static void await(CountDownLatch latch) {
        try {
            if (!latch.await(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(
                        "a latch was not open within " + LONGEST.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

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
