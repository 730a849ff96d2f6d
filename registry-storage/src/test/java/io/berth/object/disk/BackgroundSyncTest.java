package io.berth.object.disk;

import static io.berth.registry.TestContent.chunk;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.ByteRange;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.BytesLost;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.disk.file.SystemCalls;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Syncs while bytes still come, and what it means that one fails. */
class BackgroundSyncTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final ObjectKey KEY = ObjectKey.of("a/data");
    private static final int MIB = 1 << 20;
    private static final int AHEAD_MIB = (int) (BackgroundSync.EVERY / MIB);

    /** Synced ahead once. */
    private static final int CHUNK_BYTES = (AHEAD_MIB + 2) * MIB;

    private static final byte[] PIECE = random(1, MIB);

    @TempDir private Path root;

    private final Disk disk = new Disk();

    /** Counts the syncs of files, holds them up, and fails one as Linux does. */
    private static final class Disk extends SystemCalls {

        private final AtomicInteger syncs = new AtomicInteger();
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private volatile int failing = -1;
        private volatile CountDownLatch hold = new CountDownLatch(0);

        @Override
        public void syncFile(FileChannel file) throws IOException {
            int number = syncs.getAndIncrement();
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            try {
                assertThat(hold.await(60, TimeUnit.SECONDS)).isTrue();
                if (number == failing) {
                    // The page that did not reach the disk, and is clean from now on.
                    file.write(ByteBuffer.wrap(new byte[4096]), 8192);
                    throw new IOException("Input/output error");
                }
                super.syncFile(file);
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                underWay.decrementAndGet();
            }
        }
    }

    private DiskStore store() {
        return new DiskStore(root, StoredRegistry.TEMPORARY, disk);
    }

    private static void write(ObjectWriter writer, int mib) {
        for (int i = 0; i < mib; i++) {
            writer.write(PIECE, 0, MIB);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, AHEAD_MIB - 1})
    void smallFilesAreSyncedOnceAtTheEnd(int mib) {
        try (ObjectWriter writer = store().write(KEY)) {
            write(writer, mib);
            assertThat(disk.syncs).hasValue(0);
            writer.publish(Durability.WHOLE, null);
        }
        assertThat(disk.syncs).hasValue(1);
    }

    @Test
    void oneThreadSyncsALargeFileWhileBytesCome() {
        DiskStore store = store();
        disk.hold = new CountDownLatch(1);
        try (ObjectWriter writer = store.write(KEY)) {
            write(writer, 40); // is not held up
            disk.hold.countDown();
            writer.publish(Durability.WHOLE, null);
        }
        assertThat(disk.syncs).hasValue(2);
        assertThat(disk.most).hasValue(1);
        assertThat(store.head(KEY).size()).isEqualTo(40L * MIB);
    }

    @Test
    void allFilesTogetherHaveABoundedNumberOfThreads() {
        DiskStore store = store();
        disk.hold = new CountDownLatch(1);
        ObjectWriter[] writers = new ObjectWriter[BackgroundSync.MAX_THREADS + 4];
        for (int i = 0; i < writers.length; i++) {
            writers[i] = store.write(ObjectKey.of("a/" + i));
            write(writers[i], AHEAD_MIB + 1);
        }
        disk.hold.countDown();
        for (ObjectWriter writer : writers) {
            writer.publish(Durability.WHOLE, null);
            writer.close();
        }
        assertThat(disk.most.get()).isBetween(1, BackgroundSync.MAX_THREADS);
    }

    @Test
    void aWriterTellsTheFailureAtItsEnd() {
        disk.failing = 0;
        try (ObjectWriter writer = store().write(KEY)) {
            write(writer, AHEAD_MIB);
            assertThatThrownBy(() -> writer.publish(Durability.WHOLE, null))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("Input/output error");
        }
    }

    @Test
    void stagedBytesTellTheFailureWhenMoreCome() {
        disk.failing = 0;
        try (StagedObject staged = store().stage(KEY)) {
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 1000; i++) {
                                    staged.append(PIECE, 0, MIB);
                                }
                            })
                    .isInstanceOf(BytesLost.class);
        }
        assertThat(root.resolve("a")).doesNotExist();
    }

    @Test
    void stagedBytesTellTheFailureWhenTheyAreKept() {
        disk.failing = 0;
        try (StagedObject staged = store().stage(KEY)) {
            for (int i = 0; i < AHEAD_MIB; i++) {
                staged.append(PIECE, 0, MIB);
            }
            assertThatThrownBy(staged::keep).isInstanceOf(BytesLost.class);
        }
        assertThat(root.resolve("a")).doesNotExist();
    }

    @Test
    void stagedBytesTellTheFailureWhenTheHandleEnds() {
        disk.failing = 0;
        StagedObject staged = store().stage(KEY);
        for (int i = 0; i < AHEAD_MIB; i++) {
            staged.append(PIECE, 0, MIB);
        }
        assertThatThrownBy(staged::close).isInstanceOf(BytesLost.class);
        staged.close(); // which is finished
        assertThat(root.resolve("a")).doesNotExist();
    }

    @Test
    void anInterruptIsNoFailure() {
        disk.hold = new CountDownLatch(1);
        StagedObject staged = store().stage(KEY);
        for (int i = 0; i < AHEAD_MIB; i++) {
            staged.append(PIECE, 0, MIB);
        }
        Thread.ofVirtual()
                .start(
                        () -> {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                            disk.hold.countDown();
                        });
        Thread.currentThread().interrupt();
        staged.keep();
        assertThat(Thread.interrupted()).isTrue();
        staged.close();
        assertThat(root.resolve("a/data")).hasSize(BackgroundSync.EVERY);
    }

    /** The sync was of bytes that had been answered for, too. */
    @Test
    void aSyncThatFailsDuringAChunkThatIsTakenBackEndsTheSession() throws Exception {
        byte[] content = random(3, (4 + AHEAD_MIB) * MIB);
        Registry registry = registry();
        UploadId id;
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            id = upload.id();
            upload.append(chunk(Arrays.copyOfRange(content, 0, 4 * MIB)));
        }
        disk.failing = disk.syncs.get();

        byte[] rest = Arrays.copyOfRange(content, 4 * MIB, content.length);
        UploadChunk tooShort =
                new UploadChunk(
                        new ByteArrayInputStream(rest),
                        OptionalLong.empty(),
                        OptionalLong.of(rest.length + 1L));
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            assertThatThrownBy(() -> upload.append(tooShort)).isInstanceOf(RegistryException.class);
        }

        assertThat(disk.syncs.get()).isGreaterThan(disk.failing);
        assertThatThrownBy(() -> registry.resumeUpload(REPOSITORY, id, null))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_UPLOAD_UNKNOWN));
    }

    /** Whichever sync fails, an answer of success means that the bytes are right. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aPushWhoseSyncFailedIsBegunAnew(int failing) throws Exception {
        byte[] content = random(2, 2 * CHUNK_BYTES);
        Registry registry = registry();
        disk.failing = disk.syncs.get() + failing;

        assertThat(pushes(registry, content)).isFalse();
        assertThat(pushes(registry, content)).isTrue();

        try (InputStream stored =
                registry.blob(REPOSITORY, sha256(content)).open(ByteRange.all(content.length))) {
            assertThat(Arrays.equals(stored.readAllBytes(), content)).isTrue();
        }
    }

    private Registry registry() {
        return new StoredRegistry(store(), StoredRegistryOptions.defaults(), Clock.systemUTC());
    }

    private boolean pushes(Registry registry, byte[] content) throws IOException {
        UploadId id;
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            id = upload.id();
        }
        try {
            for (int at = 0; at < content.length; at += CHUNK_BYTES) {
                try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                    upload.append(chunk(Arrays.copyOfRange(content, at, at + CHUNK_BYTES)));
                }
            }
            try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                upload.commit(sha256(content), UploadChunk.empty());
            }
            return true;
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        }
        // For this process it has ended; for one that knows nothing of it, it holds nothing.
        assertThatThrownBy(() -> registry.resumeUpload(REPOSITORY, id, null))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_UPLOAD_UNKNOWN));
        try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
            assertThat(upload.size()).isZero();
        }
        return false;
    }
}
