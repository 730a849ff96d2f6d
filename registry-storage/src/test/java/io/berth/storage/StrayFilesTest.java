package io.berth.storage;

import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.disk.DiskStore;
import io.berth.registry.PageRequest;
import io.berth.storage.index.OwnershipMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files, folders and links that stand where a folder or the link of a tag has to be. */
class StrayFilesTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String TAGS =
            "docker/registry/v2/repositories/library/app/_manifests/tags/";
    private static final Tag TAG = Tag.of("v1");

    @TempDir Path root;

    private StoredRegistry registry;

    @BeforeEach
    void open() {
        registry =
                new StoredRegistry(
                        new DiskStore(root, StoredRegistry.TEMPORARY),
                        StoredRegistryOptions.defaults().with(OwnershipMode.SHARED),
                        Clock.systemUTC());
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
            case "link to nowhere" -> Files.createSymbolicLink(path, root.resolve("nowhere"));
            case "link to a folder" -> {
                Path folder = Files.createDirectory(root.resolve("elsewhere"));
                Files.writeString(folder.resolve("file"), "kept");
                yield Files.createSymbolicLink(path, folder);
            }
            default -> throw new IllegalArgumentException(what);
        };
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
    @CsvSource({
        "empty file, v1",
        "empty file, v1/current",
        "empty file, v1/index",
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
}
