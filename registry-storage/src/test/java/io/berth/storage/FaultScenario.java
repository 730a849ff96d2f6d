package io.berth.storage;

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
import io.berth.name.UploadId;
import io.berth.registry.Blob;
import io.berth.registry.MountSource;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * An operation that is attacked, and what must be true of it. It can be done again when it failed.
 *
 * @param prepare what must be there before
 * @param verify fails unless the operation has had its effect
 */
record FaultScenario(String name, Operation prepare, Operation operation, Operation verify) {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName SOURCE = RepositoryName.of("library/source");
    private static final byte[] CONTENT = random(11, 600_000);

    /** Something to do to a registry that can be done again when it failed. */
    interface Operation {
        void run(Registry registry) throws IOException;
    }

    /** As the virtual machine throws when it runs out of memory or of stack. */
    static final class SimulatedError extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Something that goes wrong while an operation runs. */
    interface Attack<F> {
        void run(FaultScenario scenario, F fault) throws Exception;
    }

    /** Every operation under every fault. */
    static <F> Stream<DynamicTest> underEach(F[] faults, Attack<F> attack) {
        return all().stream()
                .flatMap(
                        scenario ->
                                Arrays.stream(faults)
                                        .map(
                                                fault ->
                                                        DynamicTest.dynamicTest(
                                                                scenario.name() + ": " + fault,
                                                                () ->
                                                                        attack.run(
                                                                                scenario, fault))));
    }

    private static List<FaultScenario> all() {
        return List.of(
                new FaultScenario(
                        "push a blob in one go",
                        registry -> {},
                        registry -> pushBlob(registry, REPOSITORY, CONTENT),
                        FaultScenario::requireContent),
                new FaultScenario(
                        "push a blob in chunks",
                        registry -> {},
                        FaultScenario::pushInChunks,
                        FaultScenario::requireContent),
                new FaultScenario(
                        "take an upload over",
                        registry -> {},
                        FaultScenario::takeOver,
                        FaultScenario::requireContent),
                new FaultScenario(
                        "mount",
                        registry -> pushBlob(registry, SOURCE, CONTENT),
                        registry ->
                                assertThat(
                                                registry.mountBlob(
                                                        REPOSITORY,
                                                        sha256(CONTENT),
                                                        new MountSource.From(SOURCE)))
                                        .isPresent(),
                        FaultScenario::requireContent),
                new FaultScenario(
                        "push a manifest with a new tag",
                        registry -> image("new").pushBlobs(registry, REPOSITORY),
                        registry ->
                                registry.putManifest(
                                        REPOSITORY,
                                        image("new").build(),
                                        tags("a", "b"),
                                        PutOptions.defaults()),
                        registry ->
                                assertThat(registry.resolve(REPOSITORY, Tag.of("b")))
                                        .isEqualTo(image("new").build().digest())),
                new FaultScenario(
                        "push a referrer",
                        registry -> about().pushBlobs(registry, REPOSITORY),
                        registry ->
                                registry.putManifest(
                                        REPOSITORY,
                                        about().build(),
                                        List.of(),
                                        PutOptions.defaults()),
                        registry ->
                                assertThat(
                                                registry.referrers(
                                                                REPOSITORY,
                                                                sha256(bytes("subject")),
                                                                null,
                                                                PageRequest.first(10))
                                                        .items())
                                        .hasSize(1)),
                new FaultScenario(
                        "move a tag",
                        registry -> {
                            pushImage(registry, REPOSITORY, "old", "latest");
                            pushImage(registry, REPOSITORY, "new");
                        },
                        registry ->
                                registry.putManifest(
                                        REPOSITORY,
                                        image("new").build(),
                                        tags("latest"),
                                        PutOptions.defaults()),
                        registry ->
                                assertThat(registry.resolve(REPOSITORY, Tag.of("latest")))
                                        .isEqualTo(image("new").build().digest())),
                new FaultScenario(
                        "move a tag under a condition",
                        registry -> {
                            pushImage(registry, REPOSITORY, "old", "latest");
                            pushImage(registry, REPOSITORY, "new");
                        },
                        FaultScenario::moveIfNotMoved,
                        registry ->
                                assertThat(registry.resolve(REPOSITORY, Tag.of("latest")))
                                        .isEqualTo(image("new").build().digest())),
                new FaultScenario(
                        "delete a tag",
                        registry -> {
                            pushImage(registry, REPOSITORY, "old", "a", "b");
                            pushImage(registry, REPOSITORY, "new", "b");
                        },
                        registry ->
                                ignoring(
                                        ErrorCode.MANIFEST_UNKNOWN,
                                        () ->
                                                registry.deleteTag(
                                                        REPOSITORY,
                                                        Tag.of("b"),
                                                        TagProtection.none())),
                        registry ->
                                assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items())
                                        .isEqualTo(tags("a", "d"))),
                new FaultScenario(
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
                                                        image("doomed").build().digest(),
                                                        TagProtection.none())),
                        registry ->
                                assertThat(registry.tags(REPOSITORY, PageRequest.first(10)).items())
                                        .isEqualTo(tags("c", "d"))),
                new FaultScenario(
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

    /**
     * Puts there what must be there before.
     *
     * @return a manifest that the operation has nothing to do with
     */
    Manifest prepared(Registry healthy) throws IOException {
        Manifest bystander = pushImage(healthy, REPOSITORY, "bystander", "d");
        prepare.run(healthy);
        return bystander;
    }

    /**
     * Runs the operation while something goes wrong.
     *
     * @param request where, for whoever reads of a failure
     * @return whether it was answered; otherwise it said that the storage failed, or an error that
     *     was thrown in some thread came out
     */
    boolean isAnswered(Registry attacked, int request) throws IOException {
        try {
            operation.run(attacked);
            return true;
        } catch (RegistryException e) {
            assertThat(e.code()).as("request %s", request).isEqualTo(ErrorCode.UNAVAILABLE);
            return false;
        } catch (SimulatedError e) {
            return false;
        }
    }

    /** What must be true of a registry that starts afterwards. */
    void requireSound(Registry restarted, boolean answered, Manifest bystander) throws IOException {
        requireWhole(restarted);
        if (answered) {
            verify.run(restarted);
        }
        operation.run(restarted);
        verify.run(restarted);
        requireWhole(restarted);
        assertThat(restarted.manifest(REPOSITORY, bystander.digest()).content())
                .isEqualTo(bystander.content());
    }

    /** Every tag that is listed leads to a manifest, all of which is there. */
    private static void requireWhole(Registry registry) throws IOException {
        Page<RepositoryName> repositories =
                registry.repositories(PageRequest.first(100), _ -> true);
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

    /** As a client that repeats what got no answer: the tag may be where it should be. */
    private static void moveIfNotMoved(Registry registry) {
        Manifest manifest = image("new").build();
        TagCondition condition = TagCondition.ifAt(image("old").build().digest());
        try {
            registry.putManifest(
                    REPOSITORY, manifest, tags("latest"), PutOptions.defaults().with(condition));
        } catch (RegistryException e) {
            String present = String.valueOf(e.errors().getFirst().detail());
            if (!present.contains(manifest.digest().toString())) {
                throw e;
            }
        }
    }

    private static void pushInChunks(Registry registry) throws IOException {
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            upload.append(chunk(Arrays.copyOf(CONTENT, 100_000)));
            upload.append(chunk(Arrays.copyOfRange(CONTENT, 100_000, CONTENT.length)));
            upload.commit(sha256(CONTENT), UploadChunk.empty());
        }
    }

    /** From a request whose client is gone, which the server does not notice. */
    private static void takeOver(Registry registry) throws IOException {
        UploadId id;
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            id = upload.id();
        }
        try (HeldRequest lost = new HeldRequest(registry, REPOSITORY, id, 0)) {
            lost.send(Arrays.copyOf(CONTENT, 100_000));
            boolean done = false;
            for (int i = 0; !done; i++) { // the status lags behind where bytes could not be kept
                if (i == 3) {
                    throw new RegistryException(ErrorCode.UNAVAILABLE); // the client gives up
                }
                done = goesOn(registry, id);
            }
            try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
                upload.commit(sha256(CONTENT), UploadChunk.empty());
            }
            lost.send(random(12, 50_000));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean goesOn(Registry registry, UploadId id) throws IOException {
        int at;
        try (Upload status = registry.resumeUpload(REPOSITORY, id, Upload.ASK)) {
            at = Math.toIntExact(status.size());
        }
        byte[] rest = Arrays.copyOfRange(CONTENT, at, CONTENT.length);
        try (Upload upload = registry.resumeUpload(REPOSITORY, id, null)) {
            upload.append(
                    new UploadChunk(
                            new ByteArrayInputStream(rest),
                            OptionalLong.of(at),
                            OptionalLong.of(rest.length)));
            return true;
        } catch (RegistryException e) {
            if (e.code() == ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER) {
                return false;
            }
            throw e;
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
}
