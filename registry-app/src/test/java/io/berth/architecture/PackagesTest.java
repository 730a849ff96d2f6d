package io.berth.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PackagesTest {

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
    void haveNamesThatSaySomething(String name) {
        assertThat(Stream.of(name.split("\\.")))
                .as("a package is named after what it is about")
                .doesNotContainAnyElementsOf(MEANINGLESS);
        assertThat(Arrays.asList(name.split("\\."))).startsWith("io", "berth");
    }
}
