package io.berth.storage.manifest;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.ImageIndex;
import io.berth.manifest.Manifest;
import io.berth.manifest.UnknownManifest;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.memory.MemoryStore;
import io.berth.storage.tree.RegistryLayout;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ManifestContentsTest {

    private static final int KIB = 1024;

    private final MemoryStore store = new MemoryStore();

    /** As with a heap of 128 MiB: what is larger than 16 KiB is not held. */
    private final ManifestContents contents =
            new ManifestContents(store, 8 * KIB * KIB, 8 * KIB * KIB);

    private Digest store(byte[] content) {
        Digest digest = sha256(content);
        store.put(RegistryLayout.blob(digest), content, Condition.always(), Durability.WHOLE);
        return digest;
    }

    private static byte[] index(int size) {
        String json =
                "{\"schemaVersion\":2,\"mediaType\":\""
                        + MediaType.OCI_INDEX
                        + "\",\"manifests\":[]";
        return bytes(json + " ".repeat(size - json.length() - 1) + "}");
    }

    private Manifest read(Digest digest) {
        return contents.read(digest, contents.look(digest).orElseThrow());
    }

    @Test
    void holdsASmallOneWhole() {
        byte[] content = index(16 * KIB);
        Manifest manifest = read(store(content));
        assertThat(manifest).isInstanceOf(ImageIndex.class);
        assertThat(manifest.body().inMemory()).contains(content);
        assertThat(contents.cached(manifest.digest())).containsSame(manifest);
    }

    @ParameterizedTest
    @ValueSource(ints = {16 * KIB + 1, 4 * KIB * KIB, 16 * KIB * KIB, 40 * KIB * KIB})
    void leavesALargeOneInTheStoreAndRemembersWhatItIs(int size) throws Exception {
        byte[] content = index(size);
        Manifest manifest = read(store(content));
        assertThat(manifest).isInstanceOf(UnknownManifest.class);
        assertThat(manifest.body().inMemory()).isEmpty();
        assertThat(manifest.size()).isEqualTo(size);
        assertThat(manifest.memory()).isLessThan(2 * KIB);
        // No registry ever took one of more than 4 MiB; these are not looked into without end.
        assertThat(manifest.mediaType())
                .isEqualTo(size > 16 * KIB * KIB ? MediaType.OCTET_STREAM : MediaType.OCI_INDEX);
        try (InputStream in = manifest.body().open()) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
        assertThat(contents.cached(manifest.digest())).containsSame(manifest);
    }

    @Test
    void doesNotCacheWhatWouldDriveOutOthers() {
        StringBuilder children = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            children.append(children.isEmpty() ? "" : ",")
                    .append("{\"digest\":\"sha256:%064x\",\"size\":1}".formatted(i));
        }
        byte[] content = bytes("{\"schemaVersion\":2,\"manifests\":[" + children + "]}");
        Manifest pushed = io.berth.manifest.ManifestParser.pushed(content, null, null);
        contents.put(pushed);
        assertThat(contents.cached(pushed.digest())).isEmpty();
        assertThat(read(pushed.digest()).content()).isEqualTo(content);
    }

    @Test
    void aLargePushedOneIsNotHeldInTheCache() {
        Manifest pushed = image("a").annotation("a", "b".repeat(20 * KIB)).build();
        contents.put(pushed);
        assertThat(contents.cached(pushed.digest())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 20 * KIB})
    void tellsDamage(int size) {
        byte[] content = index(size);
        Digest digest = store(content);
        content[size - 2] = 'x';
        store.put(RegistryLayout.blob(digest), content, Condition.always(), Durability.WHOLE);
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> read(digest))
                .returns(ErrorCode.UNKNOWN, RegistryException::code);
    }

    @Test
    void aLargeOneThatWasDeletedIsUnknown() {
        Digest digest = store(index(20 * KIB));
        Manifest manifest = read(digest);
        store.delete(RegistryLayout.blob(digest), Condition.always());
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> manifest.body().open())
                .returns(ErrorCode.MANIFEST_UNKNOWN, RegistryException::code);
    }

    /** More than can be read at the same time. */
    @Test
    void manyWaitForEachOther() throws Exception {
        List<Future<Manifest>> read = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 300; i++) {
                Digest digest = store(index(i % 3 == 0 ? 100_000 + i : 10_000 + i));
                read.add(threads.submit(() -> read(digest)));
            }
        }
        for (Future<Manifest> manifest : read) {
            assertThat(manifest.get().mediaType()).isEqualTo(MediaType.OCI_INDEX);
        }
    }
}
