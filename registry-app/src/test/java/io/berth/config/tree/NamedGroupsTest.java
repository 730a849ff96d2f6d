package io.berth.config.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.config.Settings;
import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records under names that the administrator chooses. */
class NamedGroupsTest {

    record Shop(Map<String, Door> doors) {}

    record Door(
            @Nullable String color,
            @DefaultValue("2") int height,
            Map<String, List<String>> signs) {

        Door {
            SettingChecks.require(height > 0, "doors.*.height", height, "positive");
        }
    }

    private static final SettingNames NAMES =
            new SettingNames(Schema.of(Shop.class), Map.of(), Map.of());

    private static SettingTree tree(Map<String, Object> variables, Map<String, Object> properties) {
        SettingTree tree = new SettingTree(NAMES);
        SettingSources.addAll(Settings.environment(variables, properties), tree);
        return tree;
    }

    private static Map<String, Door> doors(Map<String, Object> variables) {
        return tree(variables, Map.of()).bind(Shop.class).doors();
    }

    @Test
    void haveAStarForTheirName() {
        assertThat(Schema.names(Schema.of(Shop.class)))
                .isEqualTo(Set.of("doors.*.color", "doors.*.height", "doors.*.signs"));
    }

    @Test
    void areEmptyWithoutAnySetting() {
        assertThat(doors(Map.of())).isEmpty();
    }

    @Test
    void areTheSameFromEverySource() {
        Map<String, Door> expected =
                Map.of(
                        "front", new Door("red", 3, Map.of("a_b", List.of("x", "y"))),
                        "back", new Door("blue", 2, Map.of()));

        assertThat(
                        doors(
                                Map.of(
                                        "REGISTRY_DOORS",
                                        "{front: {color: red, height: 3, signs: {a_b: [x, y]}},"
                                                + " back: {color: blue}}")))
                .isEqualTo(expected);
        assertThat(
                        doors(
                                Map.of(
                                        "REGISTRY_DOORS_FRONT_COLOR", "red",
                                        "REGISTRY_DOORS_FRONT_HEIGHT", "3",
                                        "REGISTRY_DOORS_FRONT_SIGNS_a_b", "[x, y]",
                                        "REGISTRY_DOORS_BACK", "{color: blue}")))
                .isEqualTo(expected);
        Map<String, Object> properties = new TreeMap<>();
        properties.put("registry.doors.front.color", "red");
        properties.put("registry.doors.front.height", "3");
        properties.put("registry.doors.front.signs.a_b[0]", "x");
        properties.put("registry.doors.front.signs.a_b[1]", "y");
        properties.put("registry.doors.back.color", "blue");
        assertThat(tree(Map.of(), properties).bind(Shop.class).doors()).isEqualTo(expected);
    }

    @Test
    void ofSeveralSourcesAreMerged() {
        assertThat(
                        doors(
                                Map.of(
                                        "REGISTRY_DOORS",
                                                "{front: {color: red}, back: {height: 1}}",
                                        "REGISTRY_DOORS_FRONT_COLOR", "green")))
                .isEqualTo(
                        Map.of(
                                "front", new Door("green", 2, Map.of()),
                                "back", new Door(null, 1, Map.of())));
    }

    @Test
    void aWrongValueIsNamedWithItsGroup() {
        assertThatThrownBy(() -> doors(Map.of("REGISTRY_DOORS_FRONT_HEIGHT", "0")))
                .isInstanceOf(WrongSettingException.class)
                .hasMessage(
                        "doors.front.height (variable REGISTRY_DOORS_FRONT_HEIGHT) is 0, but must"
                                + " be positive.");
        assertThatThrownBy(() -> doors(Map.of("REGISTRY_DOORS_FRONT_HEIGHT", "high")))
                .hasMessageStartingWith("The setting doors.front.height is \"high\"");
    }

    @Test
    void aSettingThatDoesNotExistIsUnknown() {
        assertThat(tree(Map.of("REGISTRY_DOORS_FRONT_WIDTH", "1"), Map.of()).unknown())
                .extracting(SettingTree.Entry::name)
                .containsExactly("doors.front.width");
    }

    @ParameterizedTest
    @ValueSource(strings = {"front", "[front]", "[{color: red}]"})
    void whatHasNoNamesIsRefused(String value) {
        assertThatThrownBy(() -> doors(Map.of("REGISTRY_DOORS", value)))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining("doors is (without names)")
                .hasMessageContaining("must be a map such as {name: {…}}");
    }
}
