package io.berth.object.s3.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.ObjectKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyPrefixTest {

    @ParameterizedTest
    @CsvSource({
        "'', docker/registry/v2/x",
        "/, docker/registry/v2/x",
        "//, docker/registry/v2/x",
        "a, a/docker/registry/v2/x",
        "/a, a/docker/registry/v2/x",
        "/a/b/, a/b/docker/registry/v2/x",
        "a/b, a/b/docker/registry/v2/x",
        "//a//b//, a//b/docker/registry/v2/x"
    })
    void keysAreThoseOfOtherRegistries(String rootDirectory, String expected) {
        KeyPrefix root = KeyPrefix.of(rootDirectory);
        String key = root.add(ObjectKey.of("docker/registry/v2/x"));

        assertThat(key).isEqualTo(expected);
        assertThat(root.strip(key)).isEqualTo("docker/registry/v2/x");
    }

    @Test
    void keysThatAreNotOursAreNone() {
        KeyPrefix root = KeyPrefix.of("/a");

        assertThat(root.strip("b/x")).isNull();
        assertThat(root.strip("ab/x")).isNull();
        assertThat(root.strip("a/")).isNull();
        assertThat(root.strip("a/folder/")).isNull();
        assertThat(root.strip("a/with space")).isNull();
        assertThat(root.strip("a//x")).isNull();
    }
}
