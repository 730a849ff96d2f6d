package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListRequestTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "a/", "a-b/c.d/"})
    void aPrefixIsAKeyAndASlash(String prefix) {
        assertThat(new ListRequest(prefix, null, false, 1).prefix()).isEqualTo(prefix);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "/a/", "../", "a/../b/", "a//b/", "a b/", "./"})
    void anythingElseIsRefused(String prefix) {
        assertThatThrownBy(() -> new ListRequest(prefix, null, false, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPageHoldsAtLeastOneEntry() {
        assertThatThrownBy(() -> new ListRequest("a/", null, false, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
