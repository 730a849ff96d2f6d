package io.berth.http;

import static io.berth.registry.TestContent.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.DelegatingServletInputStream;
import org.springframework.mock.web.MockHttpServletRequest;

class ManifestBodiesTest {

    private final ManifestBodies bodies = new ManifestBodies(0);

    private static MockHttpServletRequest request(byte[] content, long declared) {
        MockHttpServletRequest request =
                new MockHttpServletRequest() {
                    @Override
                    public long getContentLengthLong() {
                        return declared;
                    }
                };
        request.setContent(content);
        return request;
    }

    @ParameterizedTest
    @CsvSource({
        "0", "1", "65535", "65536", "65537", "1000000", "4194303", "4194304",
    })
    void readsWhatComes(int size) throws Exception {
        byte[] content = random(size, size);
        for (long declared : new long[] {size, -1}) {
            try (ManifestBodies.Body body = bodies.read(request(content, declared))) {
                assertThat(body.content()).isEqualTo(content);
            }
        }
    }

    @Test
    void refusesADeclaredLengthBeforeItReads() {
        MockHttpServletRequest request =
                new MockHttpServletRequest() {
                    @Override
                    public long getContentLengthLong() {
                        return ManifestBodies.MAX_SIZE + 1;
                    }

                    @Override
                    public ServletInputStream getInputStream() {
                        throw new AssertionError("read");
                    }
                };
        assertFails(request, ErrorCode.MANIFEST_TOO_LARGE);
    }

    @Test
    void readsNoFurtherThanTheLimit() {
        CountingEndlessStream endless = new CountingEndlessStream();
        MockHttpServletRequest request =
                new MockHttpServletRequest() {
                    @Override
                    public ServletInputStream getInputStream() {
                        return new DelegatingServletInputStream(endless);
                    }
                };
        assertFails(request, ErrorCode.MANIFEST_TOO_LARGE);
        assertThat(endless.read).isEqualTo(ManifestBodies.MAX_SIZE + 1);
    }

    private static final class CountingEndlessStream extends InputStream {
        long read;

        @Override
        public int read() {
            read++;
            return ' ';
        }
    }

    @Test
    void holdsNoMoreLargeBodiesThanThereIsRoomFor() throws Exception {
        byte[] large = random(1, ManifestBodies.MAX_SIZE);
        List<ManifestBodies.Body> held = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            held.add(bodies.read(request(large, i % 2 == 0 ? -1 : large.length)));
        }
        assertFails(request(large, -1), ErrorCode.UNAVAILABLE);
        bodies.read(request(random(2, 60_000), -1)).close(); // small ones always fit

        held.getFirst().close();
        bodies.read(request(large, -1)).close();
    }

    @Test
    void givesRoomBackWhenReadingFails() throws Exception {
        byte[] large = random(1, ManifestBodies.MAX_SIZE + 1);
        for (int i = 0; i < 20; i++) {
            assertFails(request(large, -1), ErrorCode.MANIFEST_TOO_LARGE);
        }
        bodies.read(request(random(1, 1_000_000), -1)).close();
    }

    private void assertFails(MockHttpServletRequest request, ErrorCode code) {
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> read(request))
                .returns(code, RegistryException::code);
    }

    private void read(MockHttpServletRequest request) throws IOException {
        bodies.read(request).close();
    }
}
