package io.berth.storage;

import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectStore;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.TestBucket;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Between any two requests of one replica another one moves a tag away and back again. On S3 the
 * tag then looks as if nobody had written it, for its version follows from its bytes. What was
 * answered after the first replica's own write stays; what was answered before may be the earlier
 * of the two, for the first replica has answered nothing yet.
 */
@Timeout(300)
class TagReturnsTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final Tag TAG = Tag.of("tag");

    @TempDir static Path spool;

    private interface Operation {
        void run(Registry registry, Manifest third);
    }

    @Test
    void aPushOfTheTag() {
        betweenAnyRequests(
                (registry, third) ->
                        registry.putManifest(REPOSITORY, third, tags("tag"), PutOptions.defaults()),
                true);
    }

    @Test
    void aDeleteOfTheTag() {
        betweenAnyRequests(
                (registry, _) -> registry.deleteTag(REPOSITORY, TAG, TagProtection.none()), false);
    }

    private static void betweenAnyRequests(Operation operation, boolean pushes) {
        int request = 0;
        boolean met = true;
        while (met) {
            request++;
            met = isMet(operation, pushes, request);
        }
        assertThat(request).as("requests tried").isGreaterThan(3);
    }

    private static boolean isMet(Operation operation, boolean pushes, int request) {
        String root = TestBucket.newRoot();
        try (S3Store one = TestBucket.local(spool).open(root);
                S3Store two = TestBucket.local(spool).open(root)) {
            Registry other = registry(two);
            Digest first = pushImage(other, REPOSITORY, "first", "tag").digest();
            Manifest second = pushImage(other, REPOSITORY, "second");
            Manifest third = pushImage(other, REPOSITORY, "third");
            Return meeting = new Return(other, second, other.manifest(REPOSITORY, first), request);
            operation.run(registry(new InterceptedStore(one, meeting)), third);
            if (!meeting.happened) {
                return false;
            }
            Optional<Digest> left = pointer(other);
            boolean written = !Optional.of(first).equals(meeting.before);
            if (written) {
                assertThat(left).as("request %s", request).contains(first);
            } else if (left.isPresent()) {
                assertThat(left.get()).isIn(first, third.digest());
            } else {
                assertThat(pushes).as("request %s: the tag is gone", request).isFalse();
            }
            left.ifPresent(digest -> other.manifest(REPOSITORY, digest));
            return true;
        }
    }

    private static Registry registry(ObjectStore store) {
        return new StoredRegistry(
                store,
                StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)),
                Clock.systemUTC());
    }

    private static Optional<Digest> pointer(Registry registry) {
        try {
            return Optional.of(registry.resolve(REPOSITORY, TAG));
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
            return Optional.empty();
        }
    }

    /** The tag moves to the second manifest and back to the first, before one request. */
    private static final class Return implements InterceptedStore.Interceptor {

        private final Registry other;
        private final Manifest second;
        private final Manifest first;
        private int left;
        private boolean happened;
        private @Nullable Optional<Digest> before;

        Return(Registry other, Manifest second, Manifest first, int request) {
            this.other = other;
            this.second = second;
            this.first = first;
            this.left = request;
        }

        @Override
        public synchronized void before(Call call) {
            if (--left == 0) {
                before = pointer(other);
                other.putManifest(REPOSITORY, second, tags("tag"), PutOptions.defaults());
                other.putManifest(REPOSITORY, first, tags("tag"), PutOptions.defaults());
                happened = true;
            }
        }
    }
}
