package io.berth.storage;

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
import io.berth.object.Eventually;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Interceptor;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.disk.DiskStore;
import io.berth.object.memory.MemoryStore;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.TestBucket;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several requests on one session, the older ones half dead: their clients are gone, but for the
 * server their connections are open, and their bytes may come at any time.
 */
@Timeout(300)
class UploadTakeoverTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("library/other");
    private static final byte[] CONTENT = random(1, 400_000);

    enum Kind {
        MEMORY,
        DISK,
        S3
    }

    @TempDir private Path folder;
    private ObjectStore store = new MemoryStore();
    private Registry registry = new StoredRegistry(store, options(), Clock.systemUTC());

    private static StoredRegistryOptions options() {
        return StoredRegistryOptions.defaults();
    }

    private void open(Kind kind) {
        StoredRegistryOptions options =
                kind == Kind.S3 ? options().amongReplicas(Duration.ofSeconds(10)) : options();
        store =
                switch (kind) {
                    case MEMORY -> new MemoryStore();
                    case DISK -> new DiskStore(folder, StoredRegistry.TEMPORARY);
                    case S3 -> TestBucket.local(folder).open(TestBucket.newRoot());
                };
        registry = new StoredRegistry(store, options, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        if (store instanceof S3Store s3) {
            s3.close();
        }
    }

    private UploadId started() {
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            return upload.id();
        }
    }

    private HeldRequest request(UploadId id, long offset) {
        return new HeldRequest(registry, REPOSITORY, id, offset);
    }

    private long size(UploadId id) {
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, Upload.ASK)) {
            return upload.size();
        }
    }

    private static byte[] part(long from, long to) {
        return Arrays.copyOfRange(CONTENT, (int) from, (int) to);
    }

    private static UploadChunk at(long offset, byte[] bytes) {
        return new UploadChunk(
                new ByteArrayInputStream(bytes), OptionalLong.of(offset), OptionalLong.empty());
    }

    private void finish(UploadId id) throws IOException {
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.commit(sha256(CONTENT), UploadChunk.empty());
        }
        assertStored();
    }

    private void assertStored() throws IOException {
        try (InputStream stored =
                registry.blob(REPOSITORY, sha256(CONTENT)).open(ByteRange.all(CONTENT.length))) {
            assertThat(Arrays.equals(stored.readAllBytes(), CONTENT)).isTrue();
        }
        if (!(store instanceof S3Store)) { // which removes what is left later
            assertThat(new PagedListing(store, RegistryLayout.SESSIONS).stream()).isEmpty();
        }
    }

    static Stream<Arguments> kindsAndSizes() {
        return Stream.of(Kind.values())
                .flatMap(
                        kind ->
                                IntStream.of(0, 100, 8192, 20_000, 65_536, 100_000, 390_000)
                                        .mapToObj(size -> Arguments.of(kind, size)));
    }

    /** The bytes that come late are not those of the upload: any that is added shows. */
    @ParameterizedTest
    @MethodSource("kindsAndSizes")
    void theStatusIsToldAtOnceAndAnotherRequestGoesOnFromThere(Kind kind, int sent)
            throws Exception {
        open(kind);
        UploadId id = started();
        try (HeldRequest lost = request(id, 0).send(part(0, sent))) {
            long began = System.nanoTime();
            long at = size(id);
            assertThat(System.nanoTime() - began).isLessThan(3_000_000_000L);
            assertThat(at).isBetween(Math.max(0L, sent - 8192L), (long) sent);

            try (HeldRequest next = request(id, at)) {
                next.send(part(at, at + 5_000));
                lost.send(random(2, 30_000));
                next.send(part(at + 5_000, 300_000 > at ? 395_000 : at + 5_000));
                lost.send(random(3, 30_000));
                next.end();
                assertThat(next.refusal()).isEmpty();
                assertThat(lost.refusal()).contains(ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER);
            }
            long end = size(id);
            try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                upload.append(at(end, part(end, CONTENT.length)));
            }
            finish(id);
        }
    }

    /** What an old request does at its end is undone by nobody's acknowledgement either. */
    @ParameterizedTest
    @EnumSource
    void howeverTheOldRequestEndsWhatWasAcknowledgedStays(Kind kind) throws Exception {
        for (int ending = 0; ending < 4; ending++) {
            open(kind);
            UploadId id = started();
            try (HeldRequest lost = request(id, -1).send(part(0, 200_000))) {
                long at = size(id);
                try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                    upload.append(at(at, part(at, 390_000)));
                    assertThat(upload.size()).isEqualTo(390_000);
                }
                switch (ending) {
                    case 0 -> lost.breakOff();
                    case 1 -> lost.end();
                    case 2 -> lost.send(random(4, 300_000));
                    default -> lost.send(random(4, 5));
                }
                assertThat(size(id)).isEqualTo(390_000);
                try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                    upload.commit(sha256(CONTENT), at(390_000, part(390_000, 400_000)));
                }
            }
            assertStored();
            close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCommitTakesOver(Kind kind) throws Exception {
        open(kind);
        UploadId id = started();
        try (HeldRequest lost = request(id, -1).send(CONTENT)) {
            long at = size(id);
            assertThatThrownBy(
                            () -> {
                                try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                                    upload.commit(sha256(CONTENT), at(at, random(5, 400)));
                                }
                            })
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.DIGEST_INVALID));
            assertThat(size(id)).isEqualTo(at);
            try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                upload.commit(sha256(CONTENT), at(at, part(at, CONTENT.length)));
            }
            assertStored();
            lost.send(random(6, 100_000));
            assertThat(lost.refusal()).isPresent();
        }
        assertStored();
    }

    @ParameterizedTest
    @EnumSource
    void aCancelledSessionEndsAtOnce(Kind kind) throws Exception {
        open(kind);
        UploadId id = started();
        try (HeldRequest lost = request(id, -1).send(part(0, 200_000))) {
            try (Upload upload = registry.resumeUpload(REPOSITORY, id, Upload.ASK)) {
                upload.cancel();
            }
            assertThat(new PagedListing(store, RegistryLayout.SESSIONS).stream()).isEmpty();
            lost.send(part(200_000, 300_000));
            assertThat(lost.refusal()).contains(ErrorCode.BLOB_UPLOAD_UNKNOWN);
            assertThat(new PagedListing(store, RegistryLayout.SESSIONS).stream()).isEmpty();
            assertThatThrownBy(() -> size(id)).isInstanceOf(RegistryException.class);
        }
    }

    /** Where it belongs is not known, so it must not be added to what another one is sending. */
    @ParameterizedTest
    @EnumSource
    void aRequestThatDoesNotSayWhereItBelongsWaits(Kind kind) throws Exception {
        open(kind);
        UploadId id = started();
        try (HeldRequest first = request(id, -1).send(part(0, 200_000));
                HeldRequest second = request(id, -1)) {
            Thread.sleep(100); // until it waits
            assertThat(second.isDone()).isFalse();
            first.end();
            assertThat(first.refusal()).isEmpty();
            second.send(part(200_000, 400_000)).end();
            assertThat(second.refusal()).isEmpty();
        }
        finish(id);
    }

    @ParameterizedTest
    @EnumSource
    void aRequestAtAnotherOffsetDisturbsNobody(Kind kind) throws Exception {
        open(kind);
        UploadId id = started();
        try (HeldRequest alive = request(id, -1).send(part(0, 200_000))) {
            try (HeldRequest wrong = request(id, 5)) {
                assertThat(wrong.refusal()).contains(ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER);
            }
            alive.send(part(200_000, 400_000)).end();
            assertThat(alive.refusal()).isEmpty();
        }
        finish(id);
    }

    /** One after the other takes over, at any moment; those before go on sending rubbish. */
    @ParameterizedTest
    @EnumSource
    void whoeverTakesOverWhenNothingIsMixed(Kind kind) throws Exception {
        open(kind);
        for (int seed = 0; seed < (kind == Kind.S3 ? 4 : 20); seed++) {
            Random random = new Random(seed);
            UploadId id = started();
            HeldRequest[] lost = new HeldRequest[6];
            long acknowledged = 0;
            for (int i = 0; i < lost.length; i++) {
                int count = random.nextInt(120_000);
                do {
                    long at = size(id);
                    assertThat(at).isGreaterThanOrEqualTo(acknowledged);
                    acknowledged = at;
                    long to = Math.min(CONTENT.length, at + count);
                    lost[i] = request(id, at).send(part(at, to));
                } while (lost[i].isDone()); // refused: the status may lag behind for a moment
                for (int j = 0; j < i; j++) {
                    if (random.nextInt(3) == 0) {
                        lost[j].send(random(seed, random.nextInt(40_000)));
                    } else if (random.nextInt(4) == 0) {
                        lost[j].breakOff();
                    }
                }
            }
            commitFromWhereItStands(id);
            for (HeldRequest request : lost) {
                request.send(random(seed, 9_000)).close();
            }
            assertStored();
        }
    }

    @Test
    void theStatusIsToldWhileTheStoreHangs() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        AtomicInteger hanging = new AtomicInteger();
        registry =
                new StoredRegistry(
                        new InterceptedStore(store, hangingAppends(hanging, hangs, goesOn)),
                        options(),
                        Clock.systemUTC());
        UploadId id = started();
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.append(chunk(part(0, 8192)));
        }
        hanging.set(1);
        try (HeldRequest held = request(id, 8192)) {
            Thread sender = Thread.ofVirtual().start(() -> send(held, part(8192, 100_000)));
            assertThat(hangs.await(30, TimeUnit.SECONDS)).isTrue();
            long began = System.nanoTime();
            assertThat(size(id)).isEqualTo(8192);
            assertThat(System.nanoTime() - began).isLessThan(4_000_000_000L);
            goesOn.countDown();
            sender.join();
        }
    }

    private static void send(HeldRequest request, byte[] bytes) {
        try {
            request.send(bytes);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param hanging zero: the store answers
     */
    private static Interceptor hangingAppends(
            AtomicInteger hanging, CountDownLatch hangs, CountDownLatch goesOn) {
        return new Interceptor() {
            @Override
            public void before(Call call) {
                if (call.operation() != Operation.STAGED_APPEND || hanging.get() == 0) {
                    return;
                }
                hangs.countDown();
                try {
                    assertThat(goesOn.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    /** As a client does that is told to go on from elsewhere. */
    private void commitFromWhereItStands(UploadId id) throws IOException {
        while (true) {
            try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                long at = upload.size();
                upload.commit(sha256(CONTENT), at(at, part(at, CONTENT.length)));
                return;
            } catch (RegistryException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER);
            }
        }
    }

    /** As when memory or threads run out: the hash must be that of what was added all the same. */
    @ParameterizedTest
    @EnumSource(names = {"MEMORY", "DISK"})
    void anErrorRightAfterBytesWereAddedLeavesNoOtherHash(Kind kind) throws Exception {
        open(kind);
        AtomicInteger left = new AtomicInteger();
        registry = intercepted(failingAfterAppend(left));
        UploadId id = started();
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.append(chunk(part(0, 1_000)));
        }
        left.set(1);
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            assertThatThrownBy(() -> upload.append(chunk(part(1_000, 2_000))))
                    .isInstanceOf(StackOverflowError.class);
        }
        assertThat(size(id)).isEqualTo(2_000);
        byte[] without = part(0, 1_000);
        assertThatThrownBy(
                        () -> {
                            try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                                upload.commit(sha256(without), UploadChunk.empty());
                            }
                        })
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.DIGEST_INVALID));
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.append(chunk(part(2_000, CONTENT.length)));
        }
        finish(id);
    }

    private StoredRegistry intercepted(Interceptor interceptor) {
        return new StoredRegistry(
                new InterceptedStore(store, interceptor), options(), Clock.systemUTC());
    }

    private static Interceptor failingAfterAppend(AtomicInteger left) {
        return new Interceptor() {
            @Override
            public void after(Call call) {
                if (call.operation() == Operation.STAGED_APPEND && left.getAndDecrement() > 0) {
                    throw new StackOverflowError("thrown by the test");
                }
            }
        };
    }

    /** The bytes have become content already, and the session must not be told they are gone. */
    @ParameterizedTest
    @EnumSource(names = {"MEMORY", "DISK"})
    void aCommitWhoseLinkFailedCanBeMadeAgain(Kind kind) throws Exception {
        open(kind);
        AtomicInteger failures = new AtomicInteger();
        registry = intercepted(failingLinks(failures));
        for (int staged : new int[] {100_000, CONTENT.length}) {
            UploadId id = started();
            try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                upload.append(chunk(part(0, staged)));
            }
            failures.set(2);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> commit(id, staged))
                        .isInstanceOfSatisfying(
                                RegistryException.class,
                                e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
            }
            assertThatThrownBy(() -> registry.resumeUpload(OTHER, id, null))
                    .isInstanceOf(RegistryException.class);
            commit(id, staged);
            assertStored();
            awaitNoSession(store);
            assertThatThrownBy(() -> commit(id, staged)).isInstanceOf(RegistryException.class);
            registry.deleteBlob(REPOSITORY, sha256(CONTENT));
        }
    }

    private void commit(UploadId id, int staged) throws IOException {
        commit(id, null, CONTENT, staged);
    }

    private static Interceptor failingLinks(AtomicInteger failures) {
        return new Interceptor() {
            @Override
            public void before(Call call) {
                if (call.operation() == Operation.PUT
                        && call.key().contains("_layers")
                        && failures.getAndDecrement() > 0) {
                    throw new ObjectStoreException.Unavailable(call.key(), "full", null);
                }
            }
        };
    }

    /** Two replicas cannot see each other's requests, but their pieces never get mixed. */
    @ParameterizedTest
    @EnumSource(names = "S3")
    void aRequestOnAnotherReplicaIsNotDisturbed(Kind kind) throws Exception {
        open(kind);
        String root = TestBucket.newRoot();
        try (S3Store one = TestBucket.local(folder).open(root);
                S3Store two = TestBucket.local(folder).open(root)) {
            StoredRegistryOptions options = options().amongReplicas(Duration.ofSeconds(10));
            Registry here = new StoredRegistry(one, options, Clock.systemUTC());
            registry = new StoredRegistry(two, options, Clock.systemUTC());
            store = two;
            UploadId id = started();
            try (Upload upload = here.resumeUpload(REPOSITORY, id, null)) {
                upload.append(chunk(part(0, 100_000)));
            }
            try (HeldRequest lost =
                    new HeldRequest(here, REPOSITORY, id, -1).send(random(7, 200_000))) {
                String state;
                try (Upload upload = registry.resumeUpload(REPOSITORY, id, Upload.ASK)) {
                    assertThat(upload.size()).isEqualTo(100_000);
                    upload.append(at(100_000, part(100_000, 300_000)));
                    state = upload.state().orElseThrow();
                }
                lost.send(random(8, 70_000)).end();
                var _ = lost.refusal();
                try (Upload upload = registry.resumeUpload(REPOSITORY, id, state)) {
                    assertThat(upload.size()).isEqualTo(300_000);
                    upload.commit(sha256(CONTENT), at(300_000, part(300_000, 400_000)));
                }
            }
            assertThat(registry.blob(REPOSITORY, sha256(CONTENT)).descriptor().size())
                    .isEqualTo(CONTENT.length);
        }
    }

    /**
     * The bytes are a blob by then, but the repository has no link. Another replica, or this one
     * after a restart, does it again with the bytes that were staged.
     */
    @ParameterizedTest
    @CsvSource({"100000, true", "100000, false", "400000, true", "400000, false"})
    void aCommitWhoseLinkFailedCanBeMadeAgainElsewhere(int staged, boolean withState)
            throws Exception {
        assertMadeAgainElsewhere(CONTENT, staged, withState);
    }

    /** So large that pieces are sent while the last chunk comes. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeCommitWhoseLinkFailedCanBeMadeAgainElsewhere(boolean withState) throws Exception {
        assertMadeAgainElsewhere(random(9, 26 << 20), 1 << 20, withState);
    }

    private void assertMadeAgainElsewhere(byte[] content, int staged, boolean withState)
            throws Exception {
        String root = TestBucket.newRoot();
        StoredRegistryOptions options = options().amongReplicas(Duration.ofSeconds(10));
        UploadId id;
        String state;
        try (S3Store one = TestBucket.local(folder).open(root)) {
            AtomicInteger failures = new AtomicInteger();
            registry =
                    new StoredRegistry(
                            new InterceptedStore(one, failingLinks(failures)),
                            options,
                            Clock.systemUTC());
            id = started();
            try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                upload.append(chunk(Arrays.copyOf(content, staged)));
                state = withState ? upload.state().orElseThrow() : Upload.ASK;
            }
            failures.set(1);
            assertThatThrownBy(() -> commit(id, state, content, staged))
                    .isInstanceOf(RegistryException.class);
        } // whatever was to be removed is
        try (S3Store two = TestBucket.local(folder).open(root)) {
            registry = new StoredRegistry(two, options, Clock.systemUTC());
            commit(id, state, content, staged);

            assertThat(registry.blob(REPOSITORY, sha256(content)).descriptor().size())
                    .isEqualTo(content.length);
            awaitNoSession(two);
        }
    }

    /** Until nothing is left of any; a store may take a moment to remove it. */
    private static void awaitNoSession(ObjectStore store) throws InterruptedException {
        Eventually.await(
                "nothing is left",
                () -> !new PagedListing(store, RegistryLayout.SESSIONS).iterator().hasNext());
    }

    private void commit(UploadId id, @Nullable String state, byte[] content, int staged)
            throws IOException {
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, state)) {
            upload.commit(
                    sha256(content), chunk(Arrays.copyOfRange(content, staged, content.length)));
        }
    }
}
