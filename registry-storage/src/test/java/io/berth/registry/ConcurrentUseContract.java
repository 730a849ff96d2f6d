package io.berth.registry;

import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Tag;
import io.berth.object.Threads;
import io.berth.registry.tag.TagProtection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What must hold when many threads write at a time. */
abstract class ConcurrentUseContract extends RoleContract {

    @Test
    void onePushWinsATagAndReadersSeeOldOrNew() throws Exception {
        List<Manifest> images =
                IntStream.range(0, 8)
                        .mapToObj(i -> pushImage(registry(), REPOSITORY, "image " + i))
                        .toList();
        registry()
                .putManifest(
                        REPOSITORY, images.getFirst(), tags("contended"), PutOptions.defaults());

        allAtOnce(
                images.stream()
                        .<Callable<Object>>map(
                                manifest ->
                                        () -> {
                                            for (int i = 0; i < 20; i++) {
                                                registry()
                                                        .putManifest(
                                                                REPOSITORY,
                                                                manifest,
                                                                tags("contended"),
                                                                PutOptions.defaults());
                                                registry()
                                                        .manifest(REPOSITORY, Tag.of("contended"));
                                            }
                                            return "";
                                        })
                        .toList());

        assertThat(images.stream().map(Manifest::digest))
                .contains(registry().resolve(REPOSITORY, Tag.of("contended")));
    }

    @Test
    void theSameBlobPushedByManyIsOneBlob() throws Exception {
        byte[] content = random(7, 200_000);
        allAtOnce(
                IntStream.range(0, 8)
                        .<Callable<Object>>mapToObj(
                                i -> () -> pushBlob(registry(), REPOSITORY, content))
                        .toList());

        assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
    }

    @Test
    void aPushAndADeleteOfOneManifestLeaveNoTagWithoutIt() throws Exception {
        Manifest manifest = pushImage(registry(), REPOSITORY, "contended");
        for (int i = 0; i < 30; i++) {
            allAtOnce(
                    List.of(
                            () -> {
                                registry()
                                        .putManifest(
                                                REPOSITORY,
                                                manifest,
                                                tags("v1"),
                                                PutOptions.defaults());
                                return "";
                            },
                            () -> {
                                try {
                                    registry()
                                            .deleteManifest(
                                                    REPOSITORY,
                                                    manifest.digest(),
                                                    TagProtection.none());
                                } catch (RegistryException e) {
                                    assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN);
                                }
                                return "";
                            }));
            boolean tagged = !registry().tags(REPOSITORY, PageRequest.first(10)).items().isEmpty();
            if (tagged) {
                assertThat(registry().manifest(REPOSITORY, Tag.of("v1")).digest())
                        .isEqualTo(manifest.digest());
            }
        }
    }

    private static void allAtOnce(List<Callable<Object>> actions) throws Exception {
        Threads.run(actions.size(), thread -> actions.get(thread).call());
    }
}
