package io.berth.registry;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.error.ErrorCode;
import io.berth.manifest.Manifest;
import io.berth.name.Tag;
import org.junit.jupiter.api.Test;

/** What a push must do as its options say. */
abstract class PutOptionsContract extends RoleContract {

    /** Whether options arrive that the wire has no word for. */
    abstract boolean takesEveryOption();

    @Test
    void referencesMayBeMissingOnlyWhereThePushSaysSo() {
        Manifest manifest = image("incomplete").build();
        PutOptions lenient = PutOptions.defaults().with(ReferencePolicy.LENIENT);

        assertFails(
                ErrorCode.MANIFEST_BLOB_UNKNOWN,
                () ->
                        registry()
                                .putManifest(
                                        REPOSITORY, manifest, tags("v1"), PutOptions.defaults()));
        if (takesEveryOption()) {
            registry().putManifest(REPOSITORY, manifest, tags("v1"), lenient);
            assertThat(registry().resolve(REPOSITORY, Tag.of("v1"))).isEqualTo(manifest.digest());
        } else { // the server decides
            assertFails(
                    ErrorCode.MANIFEST_BLOB_UNKNOWN,
                    () -> registry().putManifest(REPOSITORY, manifest, tags("v1"), lenient));
        }
    }
}
