package io.berth.config.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import io.berth.setting.Unwrapped;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Records whose settings have the names of the record around them. */
class UnwrappedTest {

    record Store(@DefaultValue Bucket bucket, @DefaultValue("false") boolean shared) {}

    record Bucket(@Nullable String name, @Unwrapped Parts parts, @DefaultValue("1") int copies) {}

    record Parts(@DefaultValue("10") int size, @DefaultValue("4") int maximum) {

        Parts {
            SettingChecks.require(size > 0, "bucket.size", size, "positive");
        }
    }

    record Ambiguous(@Unwrapped Parts parts, int size) {}

    @Test
    void areNamedWithoutTheirRecord() {
        assertThat(Schema.names(Schema.of(Store.class)))
                .isEqualTo(
                        Set.of(
                                "bucket.name",
                                "bucket.size",
                                "bucket.maximum",
                                "bucket.copies",
                                "shared"));
    }

    @Test
    void haveDefaultsWithoutAnySetting() {
        assertThat(bind(Map.of()))
                .isEqualTo(new Store(new Bucket(null, new Parts(10, 4), 1), false));
    }

    @Test
    void areBoundWithTheSettingsAroundThem() {
        assertThat(bind(Map.of("bucket.name", "images", "bucket.size", "7")))
                .isEqualTo(new Store(new Bucket("images", new Parts(7, 4), 1), false));
    }

    @Test
    void areRefusedWithTheirOrigin() {
        assertThatThrownBy(() -> bind(Map.of("bucket.size", "0")))
                .isInstanceOf(WrongSettingException.class)
                .hasMessage("bucket.size (line of bucket.size) is 0, but must be positive.");
    }

    @Test
    void areCheckedWhenAllSettingsAroundThemAreRead() {
        assertThatThrownBy(() -> bind(Map.of("bucket.size", "0", "bucket.copies", "many")))
                .hasMessageStartingWith("The setting bucket.copies is \"many\"");
    }

    @Test
    void doNotShareANameWithAnotherSetting() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Schema.of(Ambiguous.class))
                .withMessageContaining("two settings size");
    }

    private static Store bind(Map<String, String> values) {
        SettingTree tree =
                new SettingTree(new SettingNames(Schema.of(Store.class), Map.of(), Map.of()));
        values.forEach(
                (name, value) -> tree.set(List.of(name.split("\\.")), value, "line of " + name));
        return tree.bind(Store.class);
    }
}
