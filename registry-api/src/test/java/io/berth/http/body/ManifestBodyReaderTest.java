package io.berth.http.body;

import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.DelegatingServletInputStream;
import org.springframework.mock.web.MockHttpServletRequest;

class ManifestBodyReaderTest {

    /** The least there can be: 10 MiB that arrive, and as much that is worked on. */
    private final ManifestBodyReader bodies = new ManifestBodyReader(0, 0);

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
        "0", "1", "8191", "8192", "8193", "65536", "1000000", "4194303", "4194304",
    })
    void readsWhatComes(int size) throws Exception {
        byte[] content = random(size, size);
        for (long declared : new long[] {size, -1}) {
            try (ManifestBodyReader.Body body = bodies.read(request(content, declared))) {
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
                        return ManifestBodyReader.MAX_SIZE + 1;
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
        MockHttpServletRequest request = streaming(endless, -1);
        assertFails(request, ErrorCode.MANIFEST_TOO_LARGE);
        assertThat(endless.read).isEqualTo(ManifestBodyReader.MAX_SIZE + 1);
    }

    private static MockHttpServletRequest streaming(InputStream body, long declared) {
        return new MockHttpServletRequest() {
            @Override
            public long getContentLengthLong() {
                return declared;
            }

            @Override
            public ServletInputStream getInputStream() {
                return new DelegatingServletInputStream(body);
            }
        };
    }

    private static final class CountingEndlessStream extends InputStream {
        long read;

        @Override
        public int read() {
            read++;
            return ' ';
        }
    }

    /** What is worked on counts with what it may take to understand it. */
    @Test
    void holdsNoMoreLargeBodiesThanThereIsRoomFor() throws Exception {
        byte[] large = random(1, ManifestBodyReader.MAX_SIZE);
        for (int i = 0; i < 2; i++) {
            try (ManifestBodyReader.Body held =
                    bodies.read(request(large, i == 0 ? -1 : large.length))) {
                assertFails(request(large, -1), ErrorCode.UNAVAILABLE);
                assertFails(request(random(2, 100), -1), ErrorCode.UNAVAILABLE);
                held.parsed(image("a").build()); // it did not take that much after all
                bodies.read(request(random(3, 200_000), -1)).close();
            }
        }
    }

    /** A client that announces much and sends little. */
    @Test
    void bodiesThatStallHoldWhatTheySentAndKeepNobodyOut() throws Exception {
        ManifestBodyReader patient = new ManifestBodyReader(0, 10);
        int count = 500; // 35 MB in all, were they held together
        CountDownLatch stalled = new CountDownLatch(count);
        CountDownLatch end = new CountDownLatch(1);
        byte[] sent = random(1, 70_000);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MockHttpServletRequest request =
                    streaming(new StalledStream(sent, stalled, end), ManifestBodyReader.MAX_SIZE);
            clients.add(
                    Thread.startVirtualThread(
                            () -> {
                                try {
                                    patient.read(request).close();
                                } catch (RegistryException | IOException e) {
                                    stalled.countDown(); // thrown out, or gone: either is right
                                }
                            }));
        }
        assertThat(stalled.await(20, TimeUnit.SECONDS)).isTrue();
        byte[] large = random(2, ManifestBodyReader.MAX_SIZE);
        for (int i = 0; i < 3; i++) {
            try (ManifestBodyReader.Body body =
                    patient.read(request(large, i == 0 ? -1 : large.length))) {
                assertThat(body.content()).isEqualTo(large);
            }
        }
        end.countDown();
        for (Thread client : clients) {
            client.join();
        }
    }

    /** Gives what it has, and then nothing until the end. */
    private static final class StalledStream extends InputStream {

        private final InputStream sent;
        private final CountDownLatch stalled;
        private final CountDownLatch end;
        private boolean told;

        StalledStream(byte[] sent, CountDownLatch stalled, CountDownLatch end) {
            this.sent = new ByteArrayInputStream(sent);
            this.stalled = stalled;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = sent.read(buffer, offset, length);
            if (count > 0) {
                return count;
            }
            if (!told) {
                told = true;
                stalled.countDown();
            }
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("gone");
        }
    }

    @Test
    void givesRoomBackWhenReadingFails() throws Exception {
        byte[] large = random(1, ManifestBodyReader.MAX_SIZE + 1);
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
