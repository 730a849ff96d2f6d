package io.berth.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import io.berth.app.Kept;
import io.berth.app.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Jib, which builds images inside Maven and Gradle and pushes them itself. */
@ParameterizedClass
@EnumSource
class JibTest {

    private static final HttpClient http = HttpClient.newHttpClient();

    private static final AtomicReference<TestServer> server = new AtomicReference<>();

    @TempDir private Path folder;

    private Path file;

    JibTest(Kept kept) {
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
        file = folder.resolve("app.bin");
        byte[] content = new byte[500_000];
        new Random(3).nextBytes(content);
        Files.write(file, content);
    }

    @ParameterizedTest
    @EnumSource
    void imageComesBackByteForByte(ImageFormat format) throws Exception {
        String image = name("jib/" + format.name().toLowerCase());

        JibContainer pushed = push(fromScratch().setFormat(format), image + ":v1");

        assertThat(filesIn(pull(image + ":v1"))).containsEntry("app/app.bin", content());
        assertThat(filesIn(pull(image + "@" + pushed.getDigest())))
                .containsEntry("app/app.bin", content());
    }

    @Test
    void imageOfTwoPlatformsIsAManifestList() throws Exception {
        String image = name("jib/platforms");

        JibContainer pushed =
                push(
                        fromScratch()
                                .setPlatforms(
                                        Set.of(
                                                new Platform("amd64", "linux"),
                                                new Platform("arm64", "linux"))),
                        image + ":v1");

        HttpResponse<String> list = send("GET", "jib/platforms/manifests/" + pushed.getDigest());
        assertThat(list.headers().firstValue("Content-Type"))
                .contains("application/vnd.docker.distribution.manifest.list.v2+json");
        assertThat(list.body()).contains("\"amd64\"", "\"arm64\"");
        assertThat(filesIn(pull(image + ":v1"))).containsEntry("app/app.bin", content());
    }

    @Test
    void imageBuiltOnOneOfTheSameRegistryHoldsBoth() throws Exception {
        String base = name("jib/base") + ":v1";
        push(fromScratch(), base);
        Path added = Files.writeString(folder.resolve("added"), "added");

        push(
                Jib.from(RegistryImage.named(base)).addLayer(List.of(added), "/more"),
                name("jib/derived") + ":v1");

        assertThat(filesIn(pull(name("jib/derived") + ":v1")))
                .containsEntry("app/app.bin", content())
                .containsEntry("more/added", "added".getBytes());
    }

    @Test
    void everyTagStandsOnTheSameImage() throws Exception {
        JibContainer pushed =
                fromScratch()
                        .containerize(
                                containerizer(
                                                Containerizer.to(
                                                        RegistryImage.named(
                                                                name("jib/tags") + ":v1")))
                                        .withAdditionalTag("v1.2")
                                        .withAdditionalTag("latest"));

        for (String tag : List.of("v1", "v1.2", "latest")) {
            assertThat(
                            send("HEAD", "jib/tags/manifests/" + tag)
                                    .headers()
                                    .firstValue("Docker-Content-Digest"))
                    .contains(pushed.getDigest().toString());
        }
    }

    @Test
    void deletedImageCannotBePulled() throws Exception {
        String image = name("jib/deleted") + ":v1";
        JibContainer pushed = push(fromScratch(), image);

        assertThat(send("DELETE", "jib/deleted/manifests/" + pushed.getDigest()).statusCode())
                .isEqualTo(202);

        assertThatThrownBy(() -> pull(image)).hasMessageContaining("manifest unknown");
    }

    private JibContainerBuilder fromScratch() throws IOException {
        return Jib.fromScratch().addLayer(List.of(file), "/app").setEntrypoint("/none");
    }

    private JibContainer push(JibContainerBuilder image, String name) throws Exception {
        return image.containerize(containerizer(Containerizer.to(RegistryImage.named(name))));
    }

    /** Pulls an image into an archive, as docker would save it. */
    private Path pull(String name) throws Exception {
        Path archive = folder.resolve(UUID.randomUUID() + ".tar");
        Jib.from(RegistryImage.named(name))
                .containerize(
                        containerizer(Containerizer.to(TarImage.at(archive).named("pulled"))));
        return archive;
    }

    /** Nothing is cached from one call to the next. */
    private Containerizer containerizer(Containerizer target) throws IOException {
        return target.setAllowInsecureRegistries(true)
                .setBaseImageLayersCache(Files.createTempDirectory(folder, "base"))
                .setApplicationLayersCache(Files.createTempDirectory(folder, "layers"));
    }

    /** The files of all layers of a saved image. */
    private static Map<String, byte[]> filesIn(Path archive) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        for (var entry : entries(Files.newInputStream(archive)).entrySet()) {
            if (entry.getKey().endsWith(".tar.gz")) {
                files.putAll(
                        entries(new GZIPInputStream(new ByteArrayInputStream(entry.getValue()))));
            }
        }
        return files;
    }

    private static Map<String, byte[]> entries(InputStream in) throws IOException {
        Map<String, byte[]> entries = new HashMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                entries.put(entry.getName(), tar.readAllBytes());
            }
        }
        return entries;
    }

    private byte[] content() throws IOException {
        return Files.readAllBytes(file);
    }

    private static HttpResponse<String> send(String method, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.get().port() + "/v2/" + path);
        return http.send(
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    private static String name(String repository) {
        return "127.0.0.1:" + server.get().port() + "/" + repository;
    }
}
