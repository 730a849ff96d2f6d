package io.berth.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

class ClientAddressTest {

    @Test
    void isAnAddress() throws Exception {
        assertThat(ClientAddress.of(InetAddress.getByName("192.0.2.7"))).isEqualTo("192.0.2.7");
    }

    @Test
    void addressesOfOneNetworkAreOneClient() throws Exception {
        String one = ClientAddress.of(InetAddress.getByName("2001:db8:1:2::1"));

        assertThat(ClientAddress.of(InetAddress.getByName("2001:db8:1:2:ffff::9"))).isEqualTo(one);
        assertThat(ClientAddress.of(InetAddress.getByName("2001:db8:1:3::1"))).isNotEqualTo(one);
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-For, 192.0.2.7, 192.0.2.7",
        "X-Forwarded-For, 'made up, 192.0.2.7', 192.0.2.7",
        "X-Forwarded-For, 'made up,', ",
        "Forwarded, for=192.0.2.7;proto=https, 192.0.2.7",
        "Forwarded, 'for=made-up, proto=https;For=\"[2001:db8::1]\"', '[2001:db8::1]'",
        "Forwarded, proto=https, "
    })
    void isWhatTheLastProxySays(String header, String value, @Nullable String client) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.addHeader(header, value);

        assertThat(ClientAddress.forwarded(request)).isEqualTo(client);
    }

    @Test
    void nobodyNamesOne() {
        MockHttpServletRequest request = new MockHttpServletRequest();
        assertThat(ClientAddress.forwarded(request)).isNull();
        request.addHeader("X-Forwarded-For", "1".repeat(1000));
        assertThat(ClientAddress.forwarded(request)).isNull();
    }
}
