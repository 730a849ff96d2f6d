package io.berth.clients;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.app.Kept;
import io.berth.app.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import land.oras.Annotations;
import land.oras.ArtifactType;
import land.oras.Config;
import land.oras.ContainerRef;
import land.oras.CopyUtils;
import land.oras.CopyUtils.CopyOptions;
import land.oras.Index;
import land.oras.Layer;
import land.oras.LocalPath;
import land.oras.Manifest;
import land.oras.ManifestDescriptor;
import land.oras.Platform;
import land.oras.Registry;
import land.oras.exception.OrasException;
import land.oras.utils.SupportedAlgorithm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The ORAS SDK: artifacts, indexes, referrers, copies. */
@ParameterizedClass
@EnumSource
class OrasTest {

    private static final ArtifactType SBOM = ArtifactType.from("application/vnd.test.sbom");
    private static final ArtifactType SIGNATURE =
            ArtifactType.from("application/vnd.test.signature");

    private static final AtomicReference<TestServer> server = new AtomicReference<>();

    private final Registry registry =
            Registry.builder().insecure("127.0.0.1:" + server.get().port()).build();

    @TempDir private Path folder;

    private Path file;

    OrasTest(Kept kept) {
        assertThat(server.get()).as("a registry kept %s", kept).isNotNull();
    }

    @BeforeParameterizedClassInvocation
    static void start(Kept kept, @TempDir Path data) {
        server.set(kept.serve(data));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.get().close();
    }

    @BeforeEach
    void makeFile() throws IOException {
        file = folder.resolve("model.bin");
        byte[] content = new byte[3_000_000];
        new Random(7).nextBytes(content);
        Files.write(file, content);
    }

    @Test
    void artifactComesBackByteForByte() throws IOException {
        ContainerRef tagged = named("artifacts/model:v1");
        Manifest pushed = registry.pushArtifact(tagged, SBOM, LocalPath.of(file));

        registry.pullArtifact(tagged, made("by-tag"), false);
        registry.pullArtifact(byDigest(tagged, pushed), made("by-digest"), false);

        assertThat(folder.resolve("by-tag/model.bin")).hasSameBinaryContentAs(file);
        assertThat(folder.resolve("by-digest/model.bin")).hasSameBinaryContentAs(file);
        assertThat(registry.getManifest(tagged).getArtifactType()).isEqualTo(SBOM);
        assertThat(registry.getManifest(byDigest(tagged, pushed)).getJson())
                .isEqualTo(registry.getManifest(tagged).getJson());
    }

    @Test
    void blobSentInChunksIsWhole() {
        ContainerRef repository = named("artifacts/chunked:none");

        Layer layer = registry.pushBlobChunked(repository, file, 700_000);

        registry.fetchBlob(of(repository, layer), folder.resolve("fetched"));
        assertThat(folder.resolve("fetched")).hasSameBinaryContentAs(file);
    }

    @Test
    void blobCanBeNamedBySha512() {
        byte[] content = "named by sha512".getBytes(StandardCharsets.UTF_8);
        ContainerRef repository =
                named("artifacts/sha512:none")
                        .withDigest(SupportedAlgorithm.SHA512.digest(content));

        registry.pushBlob(repository, content);

        assertThat(registry.getBlob(repository)).isEqualTo(content);
    }

    @Test
    void indexKeepsItsOrderAndPlatforms() {
        ContainerRef tagged = named("indexes/app:v1");
        Manifest amd64 = registry.pushArtifact(named("indexes/app:amd64"), LocalPath.of(file));
        Manifest arm64 =
                registry.pushArtifact(named("indexes/app:arm64"), SBOM, LocalPath.of(file));

        Index pushed =
                registry.pushIndex(
                        tagged,
                        Index.fromManifests(
                                List.of(
                                        amd64.getDescriptor().withPlatform(Platform.linuxAmd64()),
                                        arm64.getDescriptor()
                                                .withPlatform(Platform.linuxArm64V8()))));

        Index pulled = registry.getIndex(tagged);
        assertThat(pulled.getManifests()).isEqualTo(pushed.getManifests());
        assertThat(
                        registry.getIndex(tagged.withDigest(pushed.getDescriptor().getDigest()))
                                .getJson())
                .isEqualTo(pulled.getJson());
    }

    @Test
    void attachedArtifactsAreListedUnderTheirSubject() {
        ContainerRef subject = named("referrers/app:v1");
        Manifest image = registry.pushArtifact(subject, LocalPath.of(file));
        ContainerRef pinned = byDigest(subject, image);
        assertThat(registry.getReferrers(pinned, null).getManifests()).isEmpty();

        Manifest sbom =
                registry.attachArtifact(
                        subject,
                        SBOM,
                        Annotations.ofManifest(new HashMap<>(Map.of("made.by", "test"))),
                        LocalPath.of(file));
        Manifest signature = registry.attachArtifact(subject, SIGNATURE, LocalPath.of(file));

        assertThat(registry.getReferrers(pinned, null).getManifests())
                .extracting(ManifestDescriptor::getDigest)
                .containsExactlyInAnyOrder(digestOf(sbom), digestOf(signature));
        ManifestDescriptor found = registry.getReferrers(pinned, SBOM).getManifests().getFirst();
        assertThat(registry.getReferrers(pinned, SBOM).getManifests()).hasSize(1);
        assertThat(found.getDigest()).isEqualTo(digestOf(sbom));
        assertThat(found.getArtifactType()).isEqualTo(SBOM.getMediaType());
        assertThat(found.getAnnotations()).containsEntry("made.by", "test");
    }

    @Test
    void deepCopyBringsTheReferrersAlong() throws IOException {
        ContainerRef source = named("copies/from:v1");
        ContainerRef target = named("copies/to:v2");
        Manifest image = registry.pushArtifact(source, LocalPath.of(file));
        Manifest sbom = registry.attachArtifact(source, SBOM, LocalPath.of(file));

        CopyUtils.copy(registry, source, registry, target, CopyOptions.deep());

        registry.pullArtifact(target, made("copied"), false);
        assertThat(folder.resolve("copied/model.bin")).hasSameBinaryContentAs(file);
        assertThat(registry.getManifest(target).getJson())
                .isEqualTo(registry.getManifest(source).getJson());
        assertThat(registry.getReferrers(byDigest(target, image), SBOM).getManifests())
                .extracting(ManifestDescriptor::getDigest)
                .containsExactly(digestOf(sbom));
    }

    @Test
    void blobIsMountedFromAnotherRepository() {
        ContainerRef source = named("mounts/from:none");
        Layer layer = registry.pushBlob(source, file);
        ContainerRef target = of(named("mounts/to:none"), layer);

        assertThat(registry.mountBlob(of(source, layer), target)).isTrue();

        registry.fetchBlob(target, folder.resolve("fetched"));
        assertThat(folder.resolve("fetched")).hasSameBinaryContentAs(file);
    }

    @Test
    void tagsAndRepositoriesAreListedInOrder() {
        for (String tag : List.of("b", "a", "B", "10", "9")) {
            registry.pushManifest(named("lists/app:" + tag), withConfig(named("lists/app:" + tag)));
        }

        assertThat(registry.getTags(named("lists/app:a")).tags())
                .containsExactly("10", "9", "B", "a", "b");
        assertThat(registry.getTags(named("lists/app:a"), 2, "9").tags()).containsExactly("B", "a");
        assertThat(registry.getRepositories().repositories()).contains("lists/app").isSorted();
    }

    @Test
    void whatIsDeletedIsGoneAndNothingElse() throws IOException {
        ContainerRef deleted = named("deletes/app:old");
        ContainerRef kept = named("deletes/app:new");
        Manifest old = registry.pushArtifact(deleted, SBOM, LocalPath.of(file));
        registry.pushArtifact(kept, SIGNATURE, LocalPath.of(file));

        registry.deleteManifest(byDigest(deleted, old));

        assertThatThrownBy(() -> registry.getManifest(deleted))
                .isInstanceOfSatisfying(
                        OrasException.class, e -> assertThat(e.getStatusCode()).isEqualTo(404));
        assertThat(registry.getTags(kept).tags()).containsExactly("new");
        registry.pullArtifact(kept, made("kept"), false);
        assertThat(folder.resolve("kept/model.bin")).hasSameBinaryContentAs(file);

        ContainerRef layer = of(kept, old.getLayers().getFirst());
        registry.deleteBlob(layer);
        assertThatThrownBy(() -> registry.getBlob(layer)).isInstanceOf(OrasException.class);
    }

    private Path made(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    private static ContainerRef named(String name) {
        return ContainerRef.parse("127.0.0.1:" + server.get().port() + "/" + name);
    }

    private static ContainerRef byDigest(ContainerRef name, Manifest manifest) {
        return name.withDigest(digestOf(manifest));
    }

    private static ContainerRef of(ContainerRef repository, Layer layer) {
        return repository.withDigest(requireNonNull(layer.getDigest()));
    }

    private static String digestOf(Manifest manifest) {
        return manifest.getDescriptor().getDigest();
    }

    /** The least that is a manifest, its configuration pushed. */
    private Manifest withConfig(ContainerRef name) {
        return Manifest.empty().withConfig(registry.pushConfig(name, Config.empty()));
    }
}
