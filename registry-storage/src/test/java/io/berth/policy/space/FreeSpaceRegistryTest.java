package io.berth.policy.space;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.chunk;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.MountSource;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeSpaceRegistryTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("team/app");
    private static final long LEAST = 1000;

    private final AtomicLong nanos = new AtomicLong();
    private long free = LEAST;
    private int readings;
    private boolean readable = true;
    private boolean full;
    private final Registry stored =
            new StoredRegistry(
                    new InterceptedStore(
                            new MemoryStore(),
                            new InterceptedStore.Interceptor() {
                                @Override
                                public void before(Call call) {
                                    if (full && call.operation().isChange()) {
                                        throw new Unavailable(
                                                call.key(), "cannot write", new IOException());
                                    }
                                }
                            }),
                    StoredRegistryOptions.defaults(),
                    Clock.systemUTC());
    private final Registry registry =
            new FreeSpaceRegistry(
                    stored,
                    new FreeSpace("storage.filesystem.minfree", LEAST, this::read, nanos::get));

    private long read() throws IOException {
        readings++;
        if (!readable) {
            throw new IOException("no such file system");
        }
        return free;
    }

    private void setFree(long bytes) {
        free = bytes;
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    private static void assertFull(ThrowingCallable call) {
        assertFails(ErrorCode.INSUFFICIENT_STORAGE, call);
    }

    private static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void newUploadsAreRefusedBelowTheLimit() {
        pushBlob(registry, REPOSITORY, bytes("a"));
        setFree(LEAST - 1);

        assertFull(() -> registry.startUpload(REPOSITORY));
        assertFull(() -> pushBlob(registry, REPOSITORY, bytes("b")));

        setFree(LEAST);
        pushBlob(registry, REPOSITORY, bytes("b"));
        registry.startUpload(REPOSITORY).close();
    }

    @Test
    void whatHasBegunGoesOn() throws Exception {
        Manifest old = pushImage(registry, OTHER, "old", "v1");
        image("new").pushBlobs(registry, REPOSITORY);
        UploadId id;
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            id = upload.id();
            upload.append(chunk(bytes("first ")));
        }
        setFree(0);

        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.append(chunk(bytes("second")));
            upload.commit(sha256(bytes("first second")), UploadChunk.empty());
        }
        registry.putManifest(REPOSITORY, image("new").build(), tags("v1"), PutOptions.defaults());
        assertThat(
                        registry.mountBlob(
                                OTHER,
                                sha256(bytes("first second")),
                                new MountSource.From(REPOSITORY)))
                .isPresent();
        registry.deleteManifest(OTHER, old.digest(), TagProtection.none());
    }

    @Test
    void aWriteThatFailsOnAFullDiskSaysSo() throws Exception {
        image("new").pushBlobs(registry, REPOSITORY);
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            full = true;
            assertFails(ErrorCode.UNAVAILABLE, () -> upload.append(chunk(bytes("x"))));
            setFree(0);
            assertFull(() -> upload.append(chunk(bytes("x"))));
            assertFull(() -> upload.commit(sha256(bytes("x")), chunk(bytes("x"))));
            assertFull(
                    () ->
                            registry.putManifest(
                                    REPOSITORY,
                                    image("new").build(),
                                    tags("v1"),
                                    PutOptions.defaults()));
            full = false;
            assertFails(
                    ErrorCode.DIGEST_INVALID,
                    () -> upload.commit(sha256(bytes("y")), chunk(bytes("x"))));
            upload.commit(sha256(bytes("x")), chunk(bytes("x")));
        }
    }

    @Test
    void theDiskIsAskedOnceASecond() {
        for (int i = 0; i < 10; i++) {
            pushBlob(registry, REPOSITORY, bytes("a"));
        }
        assertThat(readings).isOne();
        setFree(LEAST);
        pushBlob(registry, REPOSITORY, bytes("a"));
        assertThat(readings).isEqualTo(2);
    }

    @Test
    void aDiskThatDoesNotTellHasEnough() {
        readable = false;
        pushBlob(registry, REPOSITORY, bytes("a"));
    }

    @Test
    void aRealDiskTells(@TempDir Path folder) throws Exception {
        assertThat(FreeSpace.of("x", folder, 1).isShort()).isFalse();
        assertThat(FreeSpace.of("x", folder, Long.MAX_VALUE).isShort()).isTrue();
        Path absent = folder.resolve("absent");
        assertThat(FreeSpace.of("x", absent, Long.MAX_VALUE).isShort()).isFalse();
    }
}
