package io.berth.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.name.MediaType;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptTest {

    @Test
    void takesTypesFromEveryLineWhateverTheirParameters() {
        Accept accept =
                accept(
                        "application/vnd.oci.image.index.v1+json;q=0.1, ,nonsense,"
                                + " Application/Vnd.Oci.Image.Manifest.V1+json",
                        "application/vnd.docker.distribution.manifest.v2+json; charset=utf-8");
        assertThat(accept.types())
                .containsExactly(
                        MediaType.OCI_INDEX, MediaType.OCI_MANIFEST, MediaType.DOCKER_MANIFEST);
        assertThat(accept.names(MediaType.OCI_INDEX)).isTrue();
        assertThat(accept.names(MediaType.DOCKER_LIST)).isFalse();
        assertThat(accept.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "*/*",
                "application/*",
                "application/json",
                "application/json;q=0.5",
                "text/html, */*;q=0.8",
            })
    void isOpenWhenNothingSpecialIsNamed(String header) {
        assertThat(accept(header).isOpen()).isTrue();
    }

    @Test
    void isOpenWithoutAHeader() {
        assertThat(accept().isOpen()).isTrue();
    }

    @Test
    void isNotOpenWhenOnlyOtherThingsAreTaken() {
        assertThat(accept("text/html").isOpen()).isFalse();
        assertThat(accept("text/*").isOpen()).isFalse();
    }

    private static Accept accept(String... lines) {
        return Accept.of(Collections.enumeration(List.of(lines)));
    }
}
