package io.berth.storage.cache;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import io.berth.storage.tree.RegistryLayout;
import java.time.Clock;
import java.time.Duration;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What this process has deleted is not remembered, whatever was under way meanwhile. */
class MembershipCacheTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final Digest DIGEST = Digest.of("sha256:" + "a".repeat(64));

    private final MembershipCache<String> memberships =
            new MembershipCache<>(Duration.ofMinutes(10), 1 << 20, String::length);

    private final ObjectStore memory = new MemoryStore(true);
    private final Interruption interruption = new Interruption();
    private final Registry registry = open(new InterceptedStore(memory, interruption));

    private static Registry open(ObjectStore store) {
        return new StoredRegistry(
                store,
                StoredRegistryOptions.defaults().amongReplicas(Duration.ofMinutes(10)),
                Clock.systemUTC());
    }

    /** Does something once, as soon as the store has answered a request. */
    private static final class Interruption implements InterceptedStore.Interceptor {

        private Operation operation = Operation.VERIFY;
        private String key = "";
        private Runnable action = () -> {};

        void after(Operation operation, ObjectKey key, Runnable action) {
            this.operation = operation;
            this.key = key.value();
            this.action = action;
        }

        @Override
        public void after(Call call) {
            if (call.operation() == operation && call.key().equals(key)) {
                key = "";
                action.run();
            }
        }

        void requireDone() {
            assertThat(key).as("what was to be interrupted").isEmpty();
        }
    }

    @Test
    void whatWasSeenIsRemembered() {
        long before = memberships.removals(REPOSITORY, DIGEST);
        memberships.put(REPOSITORY, DIGEST, "seen", before);
        assertThat(memberships.get(REPOSITORY, DIGEST)).contains("seen");
    }

    @Test
    void whatWasSeenBeforeARemovalIsNotRecordedAfterIt() {
        long before = memberships.removals(REPOSITORY, DIGEST);
        memberships.remove(REPOSITORY, DIGEST);
        memberships.put(REPOSITORY, DIGEST, "seen before", before);
        assertThat(memberships.get(REPOSITORY, DIGEST)).isEmpty();

        long after = memberships.removals(REPOSITORY, DIGEST);
        memberships.put(REPOSITORY, DIGEST, "seen after", after);
        memberships.put(REPOSITORY, DIGEST, "seen before", before);
        assertThat(memberships.get(REPOSITORY, DIGEST)).contains("seen after");
    }

    @Test
    void aRemovalForgetsWhatWasRecorded() {
        memberships.put(REPOSITORY, DIGEST, "seen", memberships.removals(REPOSITORY, DIGEST));
        memberships.remove(REPOSITORY, DIGEST);
        assertThat(memberships.get(REPOSITORY, DIGEST)).isEmpty();
    }

    /** The link was read, then the blob is deleted, then what was read would be recorded. */
    @Test
    void aBlobThatIsDeletedWhileItIsLookedForIsGone() {
        Digest digest = pushBlob(open(memory), REPOSITORY, bytes("blob"));
        interruption.after(
                Operation.READ,
                RegistryLayout.layerLink(REPOSITORY, digest),
                () -> registry.deleteBlob(REPOSITORY, digest));
        registry.blob(REPOSITORY, digest);
        requireGone(ErrorCode.BLOB_UNKNOWN, () -> registry.blob(REPOSITORY, digest));
    }

    /** Both link and content were found. */
    @Test
    void aBlobThatIsDeletedWhileItsSizeIsAskedForIsGone() {
        Digest digest = pushBlob(open(memory), REPOSITORY, bytes("blob"));
        interruption.after(
                Operation.HEAD,
                RegistryLayout.blob(digest),
                () -> registry.deleteBlob(REPOSITORY, digest));
        registry.blob(REPOSITORY, digest);
        requireGone(ErrorCode.BLOB_UNKNOWN, () -> registry.blob(REPOSITORY, digest));
    }

    @Test
    void aBlobThatIsDeletedWhileItIsPushedIsGone() {
        Digest digest = Digest.ofContent(DIGEST.hash().orElseThrow(), bytes("blob"));
        interruption.after(
                Operation.PUT,
                RegistryLayout.layerLink(REPOSITORY, digest),
                () -> registry.deleteBlob(REPOSITORY, digest));
        pushBlob(registry, REPOSITORY, bytes("blob"));
        requireGone(ErrorCode.BLOB_UNKNOWN, () -> registry.blob(REPOSITORY, digest));
    }

    @Test
    void aManifestThatIsDeletedWhileItIsLookedForIsGone() {
        Digest digest = pushImage(open(memory), REPOSITORY, "image", "tag").digest();
        interruption.after(
                Operation.HEAD,
                RegistryLayout.revisionLink(REPOSITORY, digest),
                () -> registry.deleteManifest(REPOSITORY, digest, TagProtection.none()));
        registry.manifest(REPOSITORY, Reference.of(digest.toString()));
        requireGone(
                ErrorCode.MANIFEST_UNKNOWN,
                () -> registry.manifest(REPOSITORY, Reference.of(digest.toString())));
    }

    /** After the interruption, which must have happened. */
    private void requireGone(ErrorCode code, ThrowingCallable look) {
        interruption.requireDone();
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(look)
                .returns(code, RegistryException::code);
    }

    /** As many keys as stripes and more: a removal never makes another's look count wrongly. */
    @Test
    void removalsOfOthersDoNoHarm() {
        long before = memberships.removals(REPOSITORY, DIGEST);
        memberships.put(REPOSITORY, DIGEST, "seen", before);
        IntStream.range(0, 1_000)
                .mapToObj(i -> Digest.of("sha256:%064x".formatted(i)))
                .forEach(other -> memberships.remove(REPOSITORY, other));
        assertThat(memberships.get(REPOSITORY, DIGEST)).contains("seen");
    }
}
