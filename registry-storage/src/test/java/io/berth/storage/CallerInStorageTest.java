package io.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.TestContent;
import io.berth.registry.tag.TagProtection;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Who asks is known at the bottom of the storage, in every thread that an operation takes. */
class CallerInStorageTest {

    private static final RepositoryName NAME = RepositoryName.of("library/app");
    private static final Caller CLIENT = Caller.anonymous("192.0.2.7", "1");

    private final Set<Caller> callers = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    /** Across a network, where an operation takes several threads. */
    private final StoredRegistry registry =
            CallerScope.call(
                    Caller.system(),
                    () ->
                            new StoredRegistry(
                                    InterceptedStore.remote(
                                            new InterceptedStore(new MemoryStore(), recorder())),
                                    StoredRegistryOptions.defaults(),
                                    Clock.systemUTC()));

    private InterceptedStore.Interceptor recorder() {
        return new InterceptedStore.Interceptor() {
            @Override
            public void before(InterceptedStore.Call call) {
                Caller caller = Caller.current();
                if (!caller.equals(Caller.system())) { // indexes are built in the background
                    callers.add(caller);
                    threads.add(Thread.currentThread());
                    awaitAnotherThread();
                }
            }
        };
    }

    /** A request that is over at once may leave nothing to the workers. */
    private void awaitAnotherThread() {
        long deadline = System.nanoTime() + Duration.ofMillis(100).toNanos();
        while (threads.size() < 2 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    @Test
    void everyThreadOfAnOperationWorksForItsCaller() {
        Manifest pushed =
                as(CLIENT, () -> TestContent.pushImage(registry, NAME, "image", "v1", "v2"));
        assertThat(threads).hasSizeGreaterThan(1);
        assertThat(callers).containsExactly(CLIENT);

        Caller other = Caller.anonymous("192.0.2.8", "2");
        callers.clear();
        threads.clear();
        as(
                other,
                () -> {
                    registry.manifest(NAME, Tag.of("v1"));
                    registry.deleteManifest(NAME, pushed.digest(), TagProtection.none());
                    return true;
                });
        assertThat(threads).hasSizeGreaterThan(1);
        assertThat(callers).containsExactly(other);
    }

    private static <T> T as(Caller caller, ScopedValue.CallableOp<T, RuntimeException> action) {
        return CallerScope.call(caller, action);
    }
}
