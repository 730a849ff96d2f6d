package io.berth.object;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Interceptor;
import io.berth.object.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class BoundedStoreTest extends ObjectStoreContract {

    private static final int LIMIT = 8;
    private static final ObjectKey KEY = ObjectKey.of("a/b");

    private final CountDownLatch hanging = new CountDownLatch(LIMIT);
    private final CountDownLatch end = new CountDownLatch(1);

    private final ObjectStore bounded =
            new BoundedStore(new MemoryStore(), LIMIT, Duration.ofSeconds(10));

    @Override
    protected ObjectStore store() {
        return bounded;
    }

    @Test
    void refusesAfterAMomentWhatWouldWaitForAHangingStore() throws Exception {
        ObjectStore store =
                new BoundedStore(
                        new InterceptedStore(new MemoryStore(), hang()),
                        LIMIT,
                        Duration.ofMillis(50));
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            waiting.add(
                    CompletableFuture.runAsync(
                            () -> askForNothing(store), Thread::startVirtualThread));
        }
        assertThat(hanging.await(10, SECONDS)).isTrue();

        long begin = System.nanoTime();
        assertThatThrownBy(() -> store.head(KEY))
                .isInstanceOf(ObjectStoreException.Unavailable.class);
        assertThatThrownBy(() -> store.list(new ListRequest("", null, true, 1)))
                .isInstanceOf(ObjectStoreException.Unavailable.class);
        assertThatThrownBy(
                        () ->
                                store.put(
                                        KEY,
                                        new byte[1],
                                        Condition.always(),
                                        Durability.values()[0]))
                .isInstanceOf(ObjectStoreException.Unavailable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));

        end.countDown();
        for (CompletableFuture<?> one : waiting) {
            one.get(10, SECONDS);
        }
        assertThatThrownBy(() -> store.head(KEY)).isInstanceOf(ObjectStoreException.NotFound.class);
    }

    private static void askForNothing(ObjectStore store) {
        assertThatThrownBy(() -> store.head(KEY)).isInstanceOf(ObjectStoreException.NotFound.class);
    }

    private Interceptor hang() {
        return new Interceptor() {
            @Override
            public void before(Call call) {
                hanging.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }
}
