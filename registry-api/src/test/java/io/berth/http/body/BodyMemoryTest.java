package io.berth.http.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BodyMemoryTest {

    private static final int PIECE = 8 * 1024;
    private static final int PIECES = 100;

    private final AtomicLong now = new AtomicLong();
    private final BodyMemory memory =
            new BodyMemory("bodies", PIECES * PIECE, TimeUnit.SECONDS.toNanos(10), now::get);

    private void secondsPass(long seconds) {
        now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private static void add(BodyMemory.Body body, int pieces) {
        for (int i = 0; i < pieces; i++) {
            body.add(new byte[PIECE]);
        }
    }

    private static void assertRefused(Runnable action) {
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(action::run)
                .returns(ErrorCode.UNAVAILABLE, RegistryException::code);
    }

    @Test
    void givesBackWhatCame() {
        try (BodyMemory.Body body = memory.newBody()) {
            body.add(new byte[] {1, 2});
            body.add(new byte[] {3});
            body.complete();
            assertThat(body.content()).containsExactly(1, 2, 3);
        }
    }

    /** Bodies that stall hold only what they sent, and other bodies find memory. */
    @Test
    void aBodyThatStallsMakesRoomForOneThatDoesNot() {
        List<BodyMemory.Body> stalled = new ArrayList<>();
        for (int i = 0; i < PIECES; i++) {
            stalled.add(memory.newBody());
            add(stalled.getLast(), 1);
        }
        secondsPass(3);
        try (BodyMemory.Body good = memory.newBody()) {
            add(good, PIECES / 2);
            good.complete();
            assertThat(good.content()).hasSize(PIECES / 2 * PIECE);
        }
        long thrownOut =
                stalled.stream()
                        .filter(
                                body -> {
                                    try {
                                        add(body, 1);
                                        return false;
                                    } catch (RegistryException e) {
                                        return true;
                                    }
                                })
                        .count();
        assertThat(thrownOut).isEqualTo(PIECES / 2);
    }

    @Test
    void theSlowestIsTheFirstToGo() {
        BodyMemory.Body slow = memory.newBody();
        BodyMemory.Body slower = memory.newBody();
        add(slow, PIECES - 1);
        add(slower, 1);
        secondsPass(1000);
        BodyMemory.Body good = memory.newBody();
        add(good, 1);
        assertRefused(slower::complete);
        slow.complete();
    }

    @Test
    void whatIsFastEnoughOrCompleteOrJustBegunStays() {
        BodyMemory.Body fast = memory.newBody();
        add(fast, 97);
        secondsPass(3); // 260 KiB in a second
        BodyMemory.Body complete = memory.newBody();
        add(complete, 1);
        complete.complete();
        secondsPass(10);
        add(fast, 1);
        BodyMemory.Body begun = memory.newBody();
        add(begun, 1);
        BodyMemory.Body good = memory.newBody();
        runs(
                () -> add(good, 1),
                () -> {
                    assertThat(complete.content()).hasSize(PIECE);
                    complete.close();
                });
        fast.complete();
        begun.complete();
    }

    @Test
    void aBodyThatWasFastAndStallsGoesToo() {
        BodyMemory.Body stalled = memory.newBody();
        add(stalled, PIECES);
        secondsPass(5); // 160 KiB in a second, on average
        BodyMemory.Body good = memory.newBody();
        add(good, 1);
        assertRefused(stalled::complete);
    }

    @Test
    void whatGoesOutGivesItsRoomBackPieceByPiece() {
        try (BodyMemory.Body out = memory.newBody();
                BodyMemory.Body in = memory.newBody()) {
            out.fill(Collections.nCopies(PIECES, new byte[PIECE]));
            for (int i = 1; i <= PIECES; i++) {
                assertThat(out.next()).hasSize(PIECE);
                add(in, 1);
            }
            assertThat(out.next()).isNull();
        }
    }

    @Test
    void whatNobodyTakesLosesItsRoom() {
        BodyMemory.Body stalled = memory.newBody();
        stalled.fill(Collections.nCopies(PIECES, new byte[PIECE]));
        for (int i = 0; i < PIECES / 2; i++) {
            stalled.next(); // into the buffers of the system, at once
        }
        secondsPass(5);
        BodyMemory.Body good = memory.newBody();
        good.fill(Collections.nCopies(PIECES, new byte[PIECE]));
        assertRefused(stalled::next);
        assertThat(good.next()).hasSize(PIECE);
    }

    @Test
    void whatIsLargerThanTheRoomWaitsForAllOfIt() {
        for (int times = 0; times < 3; times++) {
            try (BodyMemory.Body large = memory.newBody()) {
                large.fill(Collections.nCopies(2 * PIECES, new byte[PIECE]));
                for (int i = 0; i < PIECES + 10; i++) {
                    large.next();
                }
                try (BodyMemory.Body other = memory.newBody()) {
                    add(other, 10);
                }
            }
        }
    }

    @Test
    void waitsUntilAnotherIsDone() {
        BodyMemory.Body first = memory.newBody();
        add(first, PIECES);
        BodyMemory.Body second = memory.newBody();
        runs(() -> add(second, 1), first::close);
    }

    @Test
    void doesNotWaitForEver() {
        BodyMemory.Body first = memory.newBody();
        add(first, PIECES);
        first.complete();
        BodyMemory.Body second = memory.newBody();
        runs(() -> assertRefused(() -> add(second, 1)), () -> secondsPass(11));
    }

    /**
     * Each holds a part and needs more than there is left: one gives way, and all others finish.
     */
    @Test
    void bodiesNeverWaitForEachOther() throws Exception {
        int count = 10;
        int each = PIECES / 5;
        CountDownLatch begun = new CountDownLatch(count);
        List<Future<Boolean>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            for (int i = 0; i < count; i++) {
                outcomes.add(
                        threads.submit(
                                () -> {
                                    try (BodyMemory.Body body = memory.newBody()) {
                                        add(body, each / 2);
                                        begun.countDown();
                                        begun.await();
                                        add(body, each / 2);
                                        body.complete();
                                        return true;
                                    } catch (RegistryException e) {
                                        return false;
                                    }
                                }));
            }
        }
        int finished = 0;
        for (Future<Boolean> outcome : outcomes) {
            finished += outcome.get() ? 1 : 0;
        }
        assertThat(finished).isBetween(5, count); // and no second passed by the clock
    }

    @Test
    void givesItsRoomBackOnce() {
        for (int i = 0; i < 3 * PIECES; i++) {
            BodyMemory.Body body = memory.newBody();
            add(body, 10);
            body.close();
            body.close();
        }
        try (BodyMemory.Body body = memory.newBody()) {
            add(body, PIECES);
            BodyMemory.Body other = memory.newBody();
            assertRefused(
                    () -> {
                        secondsPass(1);
                        body.complete();
                        body.close();
                        add(other, PIECES + 1);
                    });
        }
    }

    /** The first has to wait for the second. */
    private static void runs(Runnable waiting, Runnable event) {
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<?> waits = threads.submit(waiting);
            TimeUnit.MILLISECONDS.sleep(300);
            assertThat(waits.isDone()).isFalse();
            event.run();
            waits.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
