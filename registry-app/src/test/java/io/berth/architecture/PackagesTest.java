package io.berth.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
                .as("a sentence in the package-info of %s that says what it is for", name)
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
    void areNullMarked(String name) {
        assertThat(Code.CLASSES.getPackage(name).isAnnotatedWith(NullMarked.class))
                .as("null is checked in %s; its package-info needs @NullMarked", name)
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void haveFewTypes(String name) {
        assertThat(typesOf(name))
                .as("types in %s; split it by subject", name)
                .hasSizeLessThanOrEqualTo(MAX_TYPES);
    }

    @Test
    void theCompositionIsSmall() {
        assertThat(typesOf("io.berth.app"))
                .as("types that compose the others; what does something belongs in its feature")
                .hasSizeLessThanOrEqualTo(MAX_COMPOSED);
    }

    private static List<String> typesOf(String name) {
        return Code.CLASSES.stream()
                .filter(type -> type.getPackageName().equals(name))
                .filter(JavaClass::isTopLevelClass)
                .map(JavaClass::getSimpleName)
                .filter(type -> !type.equals("package-info"))
                .sorted()
                .toList();
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
                                                        .map(
                                                                constant ->
                                                                        ((Enum<?>) constant).name())
                                                        .sorted()
                                                        .toList(),
                                        Collectors.mapping(
                                                JavaClass::getName, Collectors.toList())));
        assertThat(enums.values())
                .as("enums with the same constants; keep the one in the package of its feature")
                .allSatisfy(same -> assertThat(same).hasSize(1));
    }

    @ParameterizedTest
    @MethodSource("packages")
    void haveNamesThatSaySomething(String name) {
        assertThat(Stream.of(name.split("\\.")))
                .as("a package is named after its subject, %s is not", name)
                .doesNotContainAnyElementsOf(MEANINGLESS);
    }

    /** All rules about classes look at these alone. */
    @Test
    void areBelowTheNameOfTheProduct() throws Exception {
        assertThat(Sources.main().map(Path::toString))
                .as("sources; what is copied from elsewhere belongs in a dependency")
                .allMatch(file -> file.contains("/src/main/java/io/berth/"));
    }
}
