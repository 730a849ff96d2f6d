package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What is said where the server cannot listen on the address that is set. */
@ExtendWith(OutputCaptureExtension.class)
class ListenTest {

    @TempDir Path folder;

    @Test
    void aPortInUseIsNamedWithItsSetting(CapturedOutput output) throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + other.getLocalPort();
            start(address);
            assertSaid(output, address);
        }
    }

    /** 192.0.2.0/24 is for documentation, so no machine has an address of it. */
    @Test
    void anAddressOfAnotherMachineIsNamedWithItsSetting(CapturedOutput output) {
        start("192.0.2.1:5000");
        assertSaid(output, "192.0.2.1:5000");
    }

    private void start(String address) {
        Map<String, String> settings =
                Map.of("http.addr", address, "storage.filesystem.rootdirectory", folder.toString());
        assertThatThrownBy(() -> TestServer.with(settings).close()).isNotNull();
    }

    private static void assertSaid(CapturedOutput output, String address) {
        assertThat(output.getAll())
                .contains("The registry cannot listen on " + address + ": ")
                .contains("Set http.addr (variable REGISTRY_HTTP_ADDR)")
                .doesNotContain("\tat ");
    }
}
