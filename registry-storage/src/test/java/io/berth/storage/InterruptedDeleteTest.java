package io.berth.storage;

import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.manifest.Tombstones;
import io.berth.storage.tree.RegistryLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A push meets a delete that has not ended, on a replica with another clock, or never will. */
class InterruptedDeleteTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final Duration MOMENT = Duration.ofMillis(50);

    private final ObjectStore store = new MemoryStore(true);

    private static StoredRegistry replica(ObjectStore store, Duration ahead, Duration patience) {
        return new StoredRegistry(
                store,
                StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)),
                clock(ahead),
                patience);
    }

    private static Clock clock(Duration ahead) {
        return Clock.offset(Clock.systemUTC(), ahead);
    }

    private static Optional<ErrorCode> refusal(Runnable action) {
        try {
            action.run();
            return Optional.empty();
        } catch (RegistryException e) {
            return Optional.of(e.code());
        }
    }

    /** By its own clock, each of the two began long ago, or will begin in a while. */
    @ParameterizedTest
    @ValueSource(ints = {-30, -10, -4, 0, 4, 10, 30})
    void aDeleteOfAReplicaWithAnotherClockIsWaitedFor(int minutesAhead) {
        StoredRegistry pushing = replica(store, Duration.ZERO, MOMENT);
        Manifest manifest = pushImage(pushing, REPOSITORY, "image", "v1");
        Tombstones other = new Tombstones(store, clock(Duration.ofMinutes(minutesAhead)));
        Tombstones.Lease lease = other.begin(REPOSITORY, manifest.digest());

        assertThat(
                        refusal(
                                () ->
                                        pushing.putManifest(
                                                REPOSITORY,
                                                manifest,
                                                tags("v2"),
                                                PutOptions.defaults())))
                .contains(ErrorCode.UNAVAILABLE);

        other.end(lease, Tombstones.State.OVER);
        pushing.putManifest(REPOSITORY, manifest, tags("v2"), PutOptions.defaults());
    }

    /** Whatever the time of day was there. */
    @ParameterizedTest
    @ValueSource(ints = {-30, 0, 30})
    void aDeleteWhoseReplicaDiedIsWaitedForUntilItsLeaseIsLongOver(int minutesAhead) {
        StoredRegistry before = replica(store, Duration.ZERO, MOMENT);
        Manifest manifest = pushImage(before, REPOSITORY, "image", "v1");
        new Tombstones(store, clock(Duration.ofMinutes(minutesAhead)))
                .begin(REPOSITORY, manifest.digest());

        StoredRegistry early =
                replica(later(Tombstones.DEAD.minusMinutes(1)), Duration.ZERO, MOMENT);
        assertThat(
                        refusal(
                                () ->
                                        early.putManifest(
                                                REPOSITORY,
                                                manifest,
                                                tags("v2"),
                                                PutOptions.defaults())))
                .contains(ErrorCode.UNAVAILABLE);
        StoredRegistry late = replica(later(Tombstones.DEAD.plusMinutes(1)), Duration.ZERO, MOMENT);
        late.putManifest(REPOSITORY, manifest, tags("v2"), PutOptions.defaults());
    }

    /** The same store some time later, for what looks when tombstones were written. */
    private ObjectStore later(Duration time) {
        return (ObjectStore)
                Proxy.newProxyInstance(
                        ObjectStore.class.getClassLoader(),
                        new Class<?>[] {ObjectStore.class},
                        (proxy, method, arguments) -> {
                            try {
                                Object answer = method.invoke(store, arguments);
                                return answer
                                                        instanceof
                                                        ObjectInfo(
                                                                long size,
                                                                var modified,
                                                                var version)
                                                && isTombstone((ObjectKey) arguments[0])
                                        ? new ObjectInfo(size, modified.minus(time), version)
                                        : answer;
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private static boolean isTombstone(ObjectKey key) {
        return key.value().startsWith(RegistryLayout.TOMBSTONES);
    }

    /** What shares the lock of the manifest in this process goes on, here a delete of the same. */
    @Test
    void aPushThatWaitsKeepsNobodyElseWaiting() throws Exception {
        CountDownLatch waits = new CountDownLatch(3);
        InterceptedStore.Interceptor interceptor =
                new InterceptedStore.Interceptor() {
                    @Override
                    public void after(Call call) {
                        if (call.operation() == Operation.READ
                                && isTombstone(ObjectKey.of(call.key()))) {
                            waits.countDown();
                        }
                    }
                };
        StoredRegistry registry =
                replica(
                        new InterceptedStore(store, interceptor),
                        Duration.ZERO,
                        Duration.ofSeconds(20));
        Manifest manifest = pushImage(registry, REPOSITORY, "image", "v1");
        Tombstones other = new Tombstones(store, Clock.systemUTC());
        Tombstones.Lease lease = other.begin(REPOSITORY, manifest.digest());
        FutureTask<Optional<ErrorCode>> push =
                new FutureTask<>(
                        () ->
                                refusal(
                                        () ->
                                                registry.putManifest(
                                                        REPOSITORY,
                                                        manifest,
                                                        tags("v2"),
                                                        PutOptions.defaults())));
        Thread.ofPlatform().daemon().start(push);
        assertThat(waits.await(60, TimeUnit.SECONDS)).isTrue();

        registry.deleteManifest(REPOSITORY, manifest.digest(), TagProtection.none());

        assertThat(push.isDone()).as("the push waits still").isFalse();
        other.end(lease, Tombstones.State.OVER);
        assertThat(push.get(60, TimeUnit.SECONDS)).isEmpty();
        assertThat(
                        replica(store, Duration.ZERO, MOMENT)
                                .tags(REPOSITORY, PageRequest.first(10))
                                .items())
                .isEqualTo(tags("v2"));
    }
}
