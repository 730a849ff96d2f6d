package io.berth.storage;

import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.ByteRange;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.disk.DiskStore;
import io.berth.registry.PageRequest;
import io.berth.storage.index.OwnershipMode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files, folders and links that stand where a folder or the link of a tag has to be. */
class StrayFilesTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String TAGS =
            "docker/registry/v2/repositories/library/app/_manifests/tags/";
    private static final Tag TAG = Tag.of("v1");

    @TempDir Path root;

    private DiskStore store;
    private StoredRegistry registry;

    private static StoredRegistry open(ObjectStore store, OwnershipMode mode) {
        return new StoredRegistry(
                store, StoredRegistryOptions.defaults().with(mode), Clock.systemUTC());
    }

    @BeforeEach
    void open() {
        store = new DiskStore(root, StoredRegistry.TEMPORARY);
        registry = open(store, OwnershipMode.SHARED);
        pushImage(registry, REPOSITORY, "other", "other");
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private Path make(String what, String where) throws IOException {
        Path path = root.resolve(TAGS + where);
        Files.createDirectories(path.getParent());
        return switch (what) {
            case "empty file" -> Files.createFile(path);
            case "file" -> Files.writeString(path, "kept");
            case "empty folder" -> Files.createDirectory(path);
            case "folder" -> {
                Files.writeString(Files.createDirectory(path).resolve("file"), "kept");
                yield path;
            }
            case "pipe" -> pipe(path);
            case "link to nowhere" -> Files.createSymbolicLink(path, root.resolve("nowhere"));
            case "link to a folder" -> {
                Path folder = Files.createDirectory(root.resolve("elsewhere"));
                Files.writeString(folder.resolve("file"), "kept");
                yield Files.createSymbolicLink(path, folder);
            }
            default -> throw new IllegalArgumentException(what);
        };
    }

    private static Path pipe(Path path) throws IOException {
        try {
            assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return path;
    }

    private void assertAbsent() {
        assertThatThrownBy(() -> registry.manifest(REPOSITORY, TAG))
                .isInstanceOf(RegistryException.class)
                .extracting(failure -> ((RegistryException) failure).code())
                .isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
        assertThat(registry.tags(REPOSITORY, PageRequest.first(9)).items())
                .containsExactly(Tag.of("other"));
    }

    @ParameterizedTest
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @CsvSource({
        "empty file, v1",
        "empty file, v1/current",
        "empty file, v1/index",
        "pipe, v1/current/link",
        "empty folder, v1/current/link",
        "link to nowhere, v1/current/link",
        "link to a folder, v1/current/link",
    })
    void whatHoldsNothingIsAbsentAndAPushReplacesIt(String what, String where) throws IOException {
        make(what, where);
        assertAbsent();

        var pushed = pushImage(registry, REPOSITORY, "image", "v1");

        assertThat(registry.manifest(REPOSITORY, TAG).digest()).isEqualTo(pushed.digest());
        assertThat(registry.tags(REPOSITORY, PageRequest.first(9)).items())
                .containsExactly(Tag.of("other"), TAG);
        if (what.equals("link to a folder")) {
            assertThat(root.resolve("elsewhere/file")).hasContent("kept");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "file, v1, folder",
        "file, v1/current, folder",
        "folder, v1/current/link, file",
        "link to nowhere, v1, folder",
        "link to nowhere, v1/current, folder",
    })
    void whatHoldsSomethingIsAbsentAndAPushSaysWhatIsInTheWay(
            String what, String where, String needed) throws IOException {
        Path stray = make(what, where);
        assertAbsent();

        assertThatThrownBy(() -> pushImage(registry, REPOSITORY, "image", "v1"))
                .isInstanceOf(RegistryException.class)
                .cause()
                .hasMessageContaining(
                        TAGS
                                + where
                                + " is in the way, where a "
                                + needed
                                + " must be: see what it is, and move it out of the data folder");

        switch (what) {
            case "file" -> assertThat(stray).hasContent("kept");
            case "folder" -> assertThat(stray.resolve("file")).hasContent("kept");
            default -> assertThat(stray).isSymbolicLink();
        }
        Files.move(stray, root.resolve("moved"));
        pushImage(registry, REPOSITORY, "image", "v1");
        assertThat(registry.tags(REPOSITORY, PageRequest.first(9)).items())
                .containsExactly(Tag.of("other"), TAG);
    }

    /** To open it for reading would wait for a writer, for ever. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeIsNoObject() throws IOException {
        ObjectKey key = ObjectKey.of("a/pipe");
        pipe(Files.createDirectories(root.resolve("a")).resolve("pipe"));
        for (int limit : new int[] {100, 1 << 20}) {
            for (int i = 0; i < 3; i++) { // what is read again and again is cached
                assertThatThrownBy(() -> store.read(key, limit))
                        .isInstanceOf(ObjectStoreException.NotFound.class);
            }
            assertThatThrownBy(() -> store.get(key, limit))
                    .isInstanceOf(ObjectStoreException.NotFound.class);
        }
        assertThatThrownBy(() -> store.head(key)).isInstanceOf(ObjectStoreException.NotFound.class);
        assertThatThrownBy(() -> store.open(key, ByteRange.all(1)))
                .isInstanceOf(ObjectStoreException.NotFound.class);
    }

    @Test
    void linksToFoldersAreNotFollowedByTheWalkOverRepositories() throws IOException {
        Path repositories = root.resolve("docker/registry/v2/repositories");
        Files.createSymbolicLink(repositories.resolve("root"), root);
        Files.createSymbolicLink(repositories.resolve("library/circle"), repositories);
        Files.createSymbolicLink(repositories.resolve("again"), repositories.resolve("library"));

        assertThat(registry.repositories(PageRequest.first(9), _ -> true).items())
                .containsExactly(REPOSITORY);
        assertThat(registry.purgeUploads(Instant.EPOCH, false)).isZero();
        assertThat(registry.tags(RepositoryName.of("again/app"), PageRequest.first(9)).items())
                .containsExactly(Tag.of("other"));
    }

    @Test
    void aFolderOfAllRepositoriesThatIsALinkIsFollowed() throws IOException {
        Path repositories = root.resolve("docker/registry/v2/repositories");
        Path elsewhere = Files.move(repositories, root.resolve("elsewhere"));
        Files.createSymbolicLink(repositories, elsewhere);

        assertThat(registry.repositories(PageRequest.first(9), _ -> true).items())
                .containsExactly(REPOSITORY);
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "EXCLUSIVE"})
    void aFolderThatMayNotBeReadHidesNoOther(OwnershipMode mode) {
        RepositoryName hidden = RepositoryName.of("hidden/app");
        pushImage(registry, hidden, "other", "other");
        InterceptedStore.Interceptor denying =
                new InterceptedStore.Interceptor() {
                    @Override
                    public void before(InterceptedStore.Call call) {
                        if (call.operation() == InterceptedStore.Operation.LIST
                                && call.key().contains("repositories/hidden/")) {
                            throw new ObjectStoreException.Unavailable(
                                    call.key(),
                                    "cannot list",
                                    new AccessDeniedException(call.key()));
                        }
                    }
                };
        StoredRegistry denied = open(new InterceptedStore(store, denying), mode);

        for (int i = 0; i < 3; i++) { // from the folders, and from the index
            assertThat(denied.repositories(PageRequest.first(9), _ -> true).items())
                    .containsExactly(REPOSITORY);
        }
        denied.close();
    }
}
