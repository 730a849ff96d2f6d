package io.berth.readonly;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ObjectStoreException;
import io.berth.object.memory.MemoryStore;
import io.berth.policy.ReadOnlyModeRegistry;
import io.berth.readonly.ReadOnlyStatus.State;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import io.berth.registry.TestContent.ImageBuilder;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.StoredDocuments;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Three replicas on one store write as fast as they can, while the read-only mode goes on and off.
 * Their clocks for lengths of time run at twenty times the speed.
 */
class ReadOnlyUnderLoadTest {

    private static final int SPEED = 20;
    private static final int WRITERS = 6;
    private static final RepositoryName APP = RepositoryName.of("library/app");

    private final MemoryStore store = new MemoryStore(true);
    private final List<Replica> replicas = Stream.generate(Replica::new).limit(3).toList();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Started> started = new ConcurrentLinkedQueue<>();
    private final Queue<Object> violations = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicInteger serial = new AtomicInteger();

    /** Differs each time the mode has gone on or off. */
    private volatile boolean on;

    private volatile boolean done;

    /** An upload that nobody has finished. */
    private record Started(Upload upload, byte[] content) {}

    private final class Replica implements InterceptedStore.Interceptor {

        private final WriteGate gate =
                new WriteGate(Clock.systemUTC(), () -> SPEED * System.nanoTime());
        private final InterceptedStore seen = new InterceptedStore(store, this);
        private final ReadOnlySwitch readOnly =
                new ReadOnlySwitch(new StoredDocuments(seen), gate, Clock.systemUTC());
        private final Registry registry =
                new ReadOnlyModeRegistry(
                        new StoredRegistry(
                                seen, StoredRegistryOptions.defaults(), Clock.systemUTC()),
                        gate);
        private volatile boolean cannotReadTheMode;
        private volatile boolean slow;

        @Override
        public void before(Call call) {
            if (cannotReadTheMode && call.key().endsWith("documents/read-only")) {
                throw new ObjectStoreException.Unavailable(call.key(), "cut off", null);
            }
            if (!call.operation().isChange() || call.key().contains("/_berth/")) {
                return;
            }
            if (slow && call.operation() == Operation.PUT) {
                sleep(700);
            }
            if (on) {
                violations.add(call);
            }
        }

        private void refreshUntilDone() {
            while (!done) {
                try {
                    var _ = readOnly.refresh();
                } catch (RegistryException e) {
                    assertThat(cannotReadTheMode).isTrue();
                }
                sleep(20);
            }
        }

        private void writeUntilDone() {
            while (!done) {
                boolean before = on;
                try {
                    write();
                    acknowledged.incrementAndGet();
                    if (before && on) {
                        violations.add("acknowledged");
                    }
                } catch (RegistryException e) {
                    sleep(1);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        private void write() throws IOException {
            int number = serial.incrementAndGet();
            byte[] content = bytes("content " + number);
            Digest digest = TestContent.sha256(content);
            switch (ThreadLocalRandom.current().nextInt(4)) {
                case 0 -> {
                    ImageBuilder image = image("image " + number % 50);
                    registry.putManifest(
                            APP,
                            image.pushBlobs(registry, APP).build(),
                            List.of(Tag.of("t" + number % 7)),
                            PutOptions.defaults());
                }
                case 1 -> registry.putBlob(APP, digest, chunk(content));
                case 2 -> {
                    Upload upload = registry.startUpload(APP);
                    upload.append(chunk(content));
                    started.add(new Started(upload, content));
                }
                default -> registry.deleteTag(APP, Tag.of("t" + number % 7), TagProtection.none());
            }
        }

        private ReadOnlyStatus turnOn() {
            return readOnly.turnOn(List.of("library/**"), "alice", "a backup", null);
        }
    }

    private static UploadChunk chunk(byte[] content) {
        return UploadChunk.of(new ByteArrayInputStream(content));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin() {
        for (Replica each : replicas) {
            threads.execute(each::refreshUntilDone);
        }
        for (int i = 0; i < WRITERS; i++) {
            threads.execute(replicas.get(i % replicas.size())::writeUntilDone);
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        done = true;
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(Replica replica, State state, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (replica.readOnly.status().state() != state) {
            assertThat(System.nanoTime()).as("%s within %s", state, atMost).isLessThan(end);
            sleep(5);
        }
    }

    @Test
    void nothingIsWrittenWhileItIsOn() throws Exception {
        begin();
        for (int round = 0; round < 12; round++) {
            long before = acknowledged.get();
            sleep(100);
            Replica one = replicas.get(round % replicas.size());
            replicas.get((round + 1) % replicas.size()).slow = round % 3 == 2;
            assertThat(one.turnOn().mode()).isNotNull();
            await(one, State.ON, Duration.ofSeconds(20));
            on = true;
            sleep(100);
            assertThat(violations).isEmpty();
            assertThat(acknowledged.get()).as("writes of round %d", round).isGreaterThan(before);
            on = false;
            replicas.forEach(each -> each.slow = false);
            replicas.get((round + 2) % replicas.size()).readOnly.turnOff();
            for (Replica each : replicas) {
                await(each, State.OFF, Duration.ofSeconds(20));
            }
            finishUploads();
        }
    }

    /** What was begun before is still there, and can be continued. */
    private void finishUploads() throws IOException {
        for (Started each = started.poll(); each != null; each = started.poll()) {
            Digest digest = TestContent.sha256(each.content());
            assertThat(each.upload().commit(digest, UploadChunk.empty()).size())
                    .isEqualTo(each.content().length);
        }
    }

    @Test
    void aReplicaThatCannotReadTheModeAcknowledgesNothing() {
        begin();
        Replica cutOff = replicas.get(1);
        sleep(100);
        cutOff.cannotReadTheMode = true;
        Replica one = replicas.getFirst();
        long begin = System.nanoTime();
        assertThat(one.turnOn().state()).isEqualTo(State.DRAINING);
        await(one, State.ON, Duration.ofSeconds(30));
        assertThat(SPEED * (System.nanoTime() - begin))
                .as("nobody says that the replica has stopped")
                .isGreaterThan(WriteGate.LEASE.toNanos());

        on = true;
        sleep(300);
        assertThat(violations).isEmpty();
        on = false;
    }
}
