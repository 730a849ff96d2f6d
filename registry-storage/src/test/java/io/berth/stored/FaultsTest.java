package io.berth.stored;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.chunk;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.ImageManifest;
import io.berth.manifest.Manifest;
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.Blob;
import io.berth.registry.MountSource;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * For every request to the store in every operation: what if it fails, if its answer is lost after
 * it was carried out, or if the process dies there? Afterwards a fresh registry on the same store
 * must show only whole things, everything that was answered before, and a repetition must succeed.
 */
class FaultsTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName SOURCE = RepositoryName.of("library/source");
    private static final byte[] CONTENT = random(11, 600_000);

    /** How the store misbehaves at one request. */
    private enum Fault {
        /** The request does not arrive. */
        FAILS,
        /** It is carried out, but the answer is lost. */
        ANSWER_LOST,
        /** It is not carried out, and nothing after it either. */
        DIES_BEFORE,
        /** It is carried out, and nothing after it. */
        DIES_AFTER
    }

    /** Something to do to a registry that can be done again when it failed. */
    private interface Operation {
        void run(Registry registry) throws IOException;
    }

    private record Scenario(
            String name, Operation prepare, Operation operation, Operation verify) {}

    private static List<Scenario> scenarios() {
        return List.of(
                new Scenario(
                        "push a blob in one go",
                        registry -> {},
                        registry -> pushBlob(registry, REPOSITORY, CONTENT),
                        FaultsTest::requireContent),
                new Scenario(
                        "push a blob in chunks",
                        registry -> {},
                        FaultsTest::pushInChunks,
                        FaultsTest::requireContent),
                new Scenario(
                        "mount",
                        registry -> pushBlob(registry, SOURCE, CONTENT),
                        registry ->
                                assertThat(
                                                registry.mountBlob(
                                                        REPOSITORY,
                                                        sha256(CONTENT),
                                                        new MountSource.From(SOURCE)))
                                        .isPresent(),
                        FaultsTest::requireContent),
                new Scenario(
                        "push a manifest with a new tag",
                        registry -> image("new").pushBlobs(registry, REPOSITORY),
                        registry ->
                                registry.putManifest(
                                        REPOSITORY, image("new").build(), tags("a", "b")),
                        registry ->
                                assertThat(registry.resolve(REPOSITORY, Tag.of("b")))
                                        .isEqualTo(image("new").build().digest())),
                new Scenario(
                        "push a referrer",
                        registry -> about().pushBlobs(registry, REPOSITORY),
                        registry -> registry.putManifest(REPOSITORY, about().build(), List.of()),
                        registry ->
                                assertThat(
                                                registry.referrers(
                                                                REPOSITORY,
                                                                sha256(bytes("subject")),
                                                                null,
                                                                PageRequest.first(10))
                                                        .items())
                                        .hasSize(1)),
                new Scenario(
                        "move a tag",
                        registry -> {
                            pushImage(registry, REPOSITORY, "old", "latest");
                            pushImage(registry, REPOSITORY, "new");
                        },
                        registry ->
                                registry.putManifest(
                                        REPOSITORY, image("new").build(), tags("latest")),
                        registry ->
                                assertThat(registry.resolve(REPOSITORY, Tag.of("latest")))
                                        .isEqualTo(image("new").build().digest())),
                new Scenario(
                        "delete a tag",
                        registry -> {
                            pushImage(registry, REPOSITORY, "old", "a", "b");
                            pushImage(registry, REPOSITORY, "new", "b");
                        },
                        registry ->
                                ignoring(
                                        ErrorCode.MANIFEST_UNKNOWN,
                                        () -> registry.deleteTag(REPOSITORY, Tag.of("b"))),
                        registry ->
                                assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items())
                                        .isEqualTo(tags("a", "d"))),
                new Scenario(
                        "delete a manifest",
                        registry -> {
                            pushImage(registry, REPOSITORY, "doomed", "a", "b", "c");
                            pushImage(registry, REPOSITORY, "kept", "c", "d");
                        },
                        registry ->
                                ignoring(
                                        ErrorCode.MANIFEST_UNKNOWN,
                                        () ->
                                                registry.deleteManifest(
                                                        REPOSITORY,
                                                        image("doomed").build().digest())),
                        registry ->
                                assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items())
                                        .isEqualTo(tags("c", "d"))),
                new Scenario(
                        "delete a blob",
                        registry -> pushBlob(registry, REPOSITORY, bytes("doomed")),
                        registry ->
                                ignoring(
                                        ErrorCode.BLOB_UNKNOWN,
                                        () ->
                                                registry.deleteBlob(
                                                        REPOSITORY, sha256(bytes("doomed")))),
                        registry ->
                                assertThatThrownBy(
                                                () ->
                                                        registry.blob(
                                                                REPOSITORY,
                                                                sha256(bytes("doomed"))))
                                        .isInstanceOf(RegistryException.class)));
    }

    @TestFactory
    Stream<DynamicTest> everyRequestOfEveryOperation() {
        return scenarios().stream()
                .flatMap(
                        scenario ->
                                Arrays.stream(Fault.values())
                                        .map(
                                                fault ->
                                                        DynamicTest.dynamicTest(
                                                                scenario.name + ": " + fault,
                                                                () -> attack(scenario, fault))));
    }

    private static void attack(Scenario scenario, Fault fault) throws IOException {
        int requests = 0;
        boolean reached = true;
        while (reached) {
            requests++;
            reached = attackAt(scenario, fault, requests);
        }
        assertThat(requests).as("requests tried").isGreaterThan(2);
    }

    /** Whether the operation made that many requests. */
    private static boolean attackAt(Scenario scenario, Fault fault, int request)
            throws IOException {
        MemoryStore store = new MemoryStore();
        Registry healthy = open(store);
        Manifest bystander = pushImage(healthy, REPOSITORY, "bystander", "d");
        scenario.prepare.run(healthy);
        Saboteur saboteur = new Saboteur(fault, request);
        Registry attacked = open(new InterceptedStore(store, saboteur));
        saboteur.start();
        boolean answered = false;
        try {
            scenario.operation.run(attacked);
            answered = true;
        } catch (RegistryException e) {
            assertThat(e.code()).as("request %s", request).isEqualTo(ErrorCode.UNAVAILABLE);
        }

        Registry restarted = open(store);
        requireWhole(restarted);
        if (answered) {
            scenario.verify.run(restarted);
        }
        scenario.operation.run(restarted);
        scenario.verify.run(restarted);
        requireWhole(restarted);
        assertThat(restarted.manifest(REPOSITORY, bystander.digest()).content())
                .isEqualTo(bystander.content());
        return saboteur.hasStruck();
    }

    private static Registry open(ObjectStore store) {
        return new StoredRegistry(store, StoredRegistryOptions.defaults(), Clock.systemUTC());
    }

    /** Every tag that is listed leads to a manifest, all of which is there. */
    private static void requireWhole(Registry registry) throws IOException {
        Page<RepositoryName> repositories = registry.repositories(PageRequest.first(100));
        for (RepositoryName repository : repositories.items()) {
            for (Tag tag : registry.tags(repository, PageRequest.first(100)).items()) {
                Manifest manifest = registry.manifest(repository, tag);
                ImageManifest image = (ImageManifest) manifest;
                for (Descriptor needed :
                        Stream.concat(image.config().stream(), image.layers().stream()).toList()) {
                    requireBlob(registry, repository, needed.digest());
                }
            }
        }
    }

    private static void requireContent(Registry registry) throws IOException {
        requireBlob(registry, REPOSITORY, sha256(CONTENT));
    }

    private static void requireBlob(Registry registry, RepositoryName repository, Digest digest)
            throws IOException {
        Blob blob = registry.blob(repository, digest);
        try (InputStream in = blob.open(ByteRange.all(blob.descriptor().size()))) {
            assertThat(sha256(in.readAllBytes())).isEqualTo(digest);
        }
    }

    private static void pushInChunks(Registry registry) throws IOException {
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            upload.append(chunk(Arrays.copyOf(CONTENT, 100_000)));
            upload.append(chunk(Arrays.copyOfRange(CONTENT, 100_000, CONTENT.length)));
            upload.commit(sha256(CONTENT), UploadChunk.empty());
        }
    }

    private static TestContent.ImageBuilder about() {
        return image("about").subject(sha256(bytes("subject"))).artifactType("text/about");
    }

    private static void ignoring(ErrorCode code, Runnable action) {
        try {
            action.run();
        } catch (RegistryException e) {
            if (e.code() != code) {
                throw e;
            }
        }
    }

    /** Strikes at one request, counted from its start. */
    private static final class Saboteur implements InterceptedStore.Interceptor {

        private final Fault fault;
        private int left;
        private boolean started;
        private boolean struck;

        /** Whose request is the one; others may be under way at the same time. */
        private @Nullable Thread victim;

        Saboteur(Fault fault, int request) {
            this.fault = fault;
            this.left = request;
        }

        synchronized void start() {
            started = true;
        }

        synchronized boolean hasStruck() {
            return struck;
        }

        @Override
        public synchronized void before(Call call) {
            if (!started) {
                return;
            }
            boolean dead = struck && (fault == Fault.DIES_BEFORE || fault == Fault.DIES_AFTER);
            left--;
            if (left == 0) {
                victim = Thread.currentThread();
            }
            boolean now = left == 0 && (fault == Fault.FAILS || fault == Fault.DIES_BEFORE);
            if (dead || now) {
                struck = true;
                throw new ObjectStoreException.Unavailable(call.key(), "sabotage", null);
            }
        }

        @Override
        public synchronized void after(Call call) {
            if (victim == Thread.currentThread() && !struck) {
                struck = true;
                throw call.operation().isChange()
                        ? new ObjectStoreException.OutcomeUnknown(
                                ObjectKey.of("sabotage"), "sabotage", new IOException("lost"))
                        : new ObjectStoreException.Unavailable(call.key(), "sabotage", null);
            }
        }
    }
}
