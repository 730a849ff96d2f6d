package io.berth.storage;

import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.ByteRange;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.disk.DiskStore;
import io.berth.object.memory.MemoryStore;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.TestBucket;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.storage.FaultScenario.SimulatedError;
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
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every request to the store of an upload that is taken over fails in some way, and the same client
 * goes on with the same process, as it is told to: by the status, or from the beginning where the
 * session is unknown. It always ends with the right content, and nothing is left that the purge
 * does not find. {@link FaultsTest} has the same with a process that begins anew.
 */
@Timeout(300)
class UploadFaultsTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final byte[] CONTENT = random(1, 300_000);
    private static final int LOST = 100_000;

    /** A client that goes on is refused no more often than the store fails. */
    private static final int TRIES = 8;

    private static final Set<ErrorCode> CLEAN =
            Set.of(
                    ErrorCode.UNAVAILABLE,
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                    ErrorCode.BLOB_UPLOAD_UNKNOWN);

    enum Kind {
        MEMORY,
        DISK,
        S3
    }

    enum Fault {
        /** Nothing is carried out. */
        FULL,
        /** Nor is any change, until the client has tried twice. */
        STAYS_FULL,
        /** It is carried out, but the answer is lost. */
        ANSWER_LOST,
        ERROR_BEFORE,
        ERROR_AFTER
    }

    @TempDir private Path folder;

    static Stream<Arguments> kindsAndFaults() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(Fault.values()).map(fault -> Arguments.of(kind, fault)));
    }

    @ParameterizedTest
    @MethodSource("kindsAndFaults")
    void theSameClientGoesOn(Kind kind, Fault fault) throws Exception {
        int request = 0;
        boolean struck = true;
        while (struck) {
            request++;
            ObjectStore store = open(kind, request);
            try {
                struck = attack(store, kind, new Saboteur(fault, request));
            } catch (AssertionError | Exception e) {
                throw new AssertionError("request " + request, e);
            } finally {
                if (store instanceof S3Store s3) {
                    s3.close();
                }
            }
        }
        assertThat(request).as("requests tried").isGreaterThan(4);
    }

    private ObjectStore open(Kind kind, int request) {
        return switch (kind) {
            case MEMORY -> new MemoryStore();
            case DISK ->
                    new DiskStore(
                            folder.resolve(Integer.toString(request)), StoredRegistry.TEMPORARY);
            case S3 -> TestBucket.local(folder).open(TestBucket.newRoot());
        };
    }

    private static boolean attack(ObjectStore store, Kind kind, Saboteur saboteur)
            throws Exception {
        StoredRegistryOptions options = StoredRegistryOptions.defaults();
        StoredRegistry registry =
                new StoredRegistry(
                        new InterceptedStore(store, saboteur),
                        kind == Kind.S3 ? options.amongReplicas(Duration.ofSeconds(10)) : options,
                        Clock.systemUTC());
        saboteur.start();
        push(registry, saboteur);
        boolean struck = saboteur.end();

        requireContent(registry);
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(1));
        registry.purgeUploads(later.instant().minus(Duration.ofHours(1)), false);
        assertThat(new PagedListing(store, RegistryLayout.SESSIONS).stream()).isEmpty();
        requireContent(registry);
        return struck;
    }

    /** The connection of the first request is lost, which the server does not notice. */
    private static void push(StoredRegistry registry, Saboteur saboteur) throws Exception {
        AtomicInteger tries = new AtomicInteger();
        UploadId id = started(registry, saboteur, tries);
        try (HeldRequest lost = new HeldRequest(registry, REPOSITORY, id, 0)) {
            lost.send(Arrays.copyOf(CONTENT, LOST));
            boolean done = false;
            while (!done) {
                count(tries, saboteur);
                try {
                    goOn(registry, id);
                    done = true;
                } catch (RegistryException e) {
                    assertThat(e.code()).isIn(CLEAN);
                    if (e.code() == ErrorCode.BLOB_UPLOAD_UNKNOWN) {
                        id = started(registry, saboteur, tries);
                    }
                } catch (SimulatedError e) {
                    // the client sees a broken connection or a 500, and asks again
                }
            }
            lost.send(random(2, 50_000));
        }
    }

    private static void count(AtomicInteger tries, Saboteur saboteur) {
        assertThat(tries.incrementAndGet()).as("tries").isLessThanOrEqualTo(TRIES);
        if (tries.get() == 3) {
            saboteur.heal();
        }
    }

    private static UploadId started(
            StoredRegistry registry, Saboteur saboteur, AtomicInteger tries) {
        while (true) {
            count(tries, saboteur);
            try (Upload upload = registry.startUpload(REPOSITORY)) {
                return upload.id();
            } catch (RegistryException e) {
                assertThat(e.code()).isIn(CLEAN);
            } catch (SimulatedError e) {
                // as above
            }
        }
    }

    private static void goOn(StoredRegistry registry, UploadId id) throws IOException {
        int at;
        try (Upload status = registry.resumeUpload(REPOSITORY, id, Upload.ASK)) {
            at = Math.toIntExact(status.size());
        }
        int middle = Math.max(at, 200_000);
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.append(part(at, middle));
        }
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.commit(sha256(CONTENT), part(middle, CONTENT.length));
        }
    }

    private static UploadChunk part(int from, int to) {
        return new UploadChunk(
                new ByteArrayInputStream(CONTENT, from, to - from),
                OptionalLong.of(from),
                OptionalLong.of(to - from));
    }

    private static void requireContent(StoredRegistry registry) throws IOException {
        try (InputStream stored =
                registry.blob(REPOSITORY, sha256(CONTENT)).open(ByteRange.all(CONTENT.length))) {
            assertThat(Arrays.equals(stored.readAllBytes(), CONTENT)).isTrue();
        }
    }

    /** Strikes at one request, counted from its start. Thread-safe. */
    private static final class Saboteur implements InterceptedStore.Interceptor {

        private final Fault fault;
        private int left;
        private boolean works;
        private boolean struck;
        private boolean full;

        Saboteur(Fault fault, int request) {
            this.fault = fault;
            this.left = request;
        }

        synchronized void start() {
            works = true;
        }

        synchronized void heal() {
            full = false;
        }

        /** Whether it has struck, which it does not do any more. */
        synchronized boolean end() {
            works = false;
            full = false;
            return struck;
        }

        @Override
        public synchronized void before(Call call) {
            if (full && call.operation().isChange()) {
                throw noSpace(call);
            }
            if (!works || strikesAfter() || --left != 0) {
                return;
            }
            struck = true;
            full = fault == Fault.STAYS_FULL;
            if (fault == Fault.ERROR_BEFORE) {
                throw new SimulatedError();
            }
            throw noSpace(call);
        }

        private boolean strikesAfter() {
            return fault == Fault.ERROR_AFTER || fault == Fault.ANSWER_LOST;
        }

        @Override
        public synchronized void after(Call call) {
            if (!works || !strikesAfter() || --left != 0) {
                return;
            }
            struck = true;
            if (fault == Fault.ERROR_AFTER) {
                throw new SimulatedError();
            }
            throw call.operation().isChange()
                    ? new ObjectStoreException.OutcomeUnknown(
                            ObjectKey.of("lost"), "the answer was lost", new IOException("reset"))
                    : noSpace(call);
        }

        private static ObjectStoreException noSpace(Call call) {
            String message = "No space left on device";
            return new ObjectStoreException.Unavailable(
                    call.key(), message, new IOException(message));
        }
    }
}
