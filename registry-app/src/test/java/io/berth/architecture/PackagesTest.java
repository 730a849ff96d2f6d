package io.berth.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PackagesTest {

    private static final int MAX_TYPES = 20;

    /** The composition names everything there is; what does something belongs to its feature. */
    private static final int MAX_COMPOSED = 8;

    private static final List<String> MEANINGLESS =
            List.of("util", "utils", "common", "impl", "dto", "helper", "helpers", "misc", "core");

    static Set<String> packages() {
        return Code.CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("packages")
    void sayWhatTheyAreFor(String name) throws Exception {
        String path = name.replace('.', '/') + "/package-info.java";
        assertThat(Sources.main().filter(file -> file.endsWith(path)).map(PackagesTest::read))
                .singleElement()
                .asString()
                .as("a sentence about %s", name)
                .matches("(?s)/\\*\\*\\s+\\*?\\s*[A-Z].*\\.\\s+\\*/\\s.*");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("packages")
    void areNullMarked(String name) throws Exception {
        assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class))
                .as("null is checked in %s", name)
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void haveFewTypes(String name) {
        long types =
                Code.CLASSES.stream()
                        .filter(type -> type.getPackageName().equals(name))
                        .filter(JavaClass::isTopLevelClass)
                        .filter(type -> !type.getSimpleName().equals("package-info"))
                        .count();
        assertThat(types)
                .as("types in %s; beyond %d, split it by subject", name, MAX_TYPES)
                .isLessThanOrEqualTo(name.equals("io.berth.app") ? MAX_COMPOSED : MAX_TYPES);
    }

    @Test
    void sayEachChoiceOnce() {
        Map<List<String>, List<String>> enums =
                Code.CLASSES.stream()
                        .filter(JavaClass::isEnum)
                        .filter(type -> !type.getModifiers().contains(JavaModifier.PRIVATE))
                        .collect(
                                Collectors.groupingBy(
                                        type ->
                                                Stream.of(type.reflect().getEnumConstants())
                                                        .map(Object::toString)
                                                        .sorted()
                                                        .toList(),
                                        Collectors.mapping(
                                                JavaClass::getName, Collectors.toList())));
        assertThat(enums.values())
                .as("enums with the same constants; one of them is the feature's, use that")
                .allSatisfy(same -> assertThat(same).hasSize(1));
    }

    @ParameterizedTest
    @MethodSource("packages")
    void haveNamesThatSaySomething(String name) {
        assertThat(Stream.of(name.split("\\.")))
                .as("a package is named after what it is about")
                .doesNotContainAnyElementsOf(MEANINGLESS);
        assertThat(Arrays.asList(name.split("\\."))).startsWith("io", "berth");
    }
}
