package io.berth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:5000, 127.0.0.1, 5000, http://127.0.0.1:80",
        ":5000, , 5000, http://0.0.0.0:80",
        "[::1]:5000, ::1, 5000, http://[::1]:80",
        "localhost:0, localhost, 0, http://localhost:80",
        "registry.example-1.com:65535, registry.example-1.com, 65535,"
                + " http://registry.example-1.com:80"
    })
    void reads(String text, String host, int port, String url) {
        ListenAddress address = ListenAddress.of(text);

        assertThat(address).isEqualTo(new ListenAddress(host, port));
        assertThat(address.toString()).isEqualTo(text);
        assertThat(address.url("http", 80)).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5000",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:65536",
                "127.0.0.1:-1",
                "::1:5000",
                "[::1]",
                "http://localhost:5000",
                "a b:5000",
                "127.0.0.1:5000 "
            })
    void refuses(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenAddress.of(text))
                .withMessageContaining("\"" + text + "\" is not an address");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:5000, true",
        "127.1.2.3:5000, true",
        "[::1]:5000, true",
        "localhost:5000, true",
        ":5000, false",
        "0.0.0.0:5000, false",
        "[::]:5000, false",
        "192.0.2.1:5000, false"
    })
    void knowsWhetherOtherMachinesReachIt(String text, boolean loopback) {
        assertThat(ListenAddress.of(text).isLoopback()).isEqualTo(loopback);
    }
}
