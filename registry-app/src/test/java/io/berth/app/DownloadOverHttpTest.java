package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.object.ObjectStore;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blobs on their way from the disk to the socket: by the kernel, or through buffers. */
class DownloadOverHttpTest {

    @TempDir static Path folder;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.on(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 5_000_000})
    void everyByteArrives(int size) throws Exception {
        byte[] content = random(size);
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            String blob = push(http, content);

            // Twice, to see that the connection is in order after the first.
            assertThat(http.get(blob).read().body()).isEqualTo(content);
            assertThat(http.get(blob).read().body()).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"100-199", "100-100099", "4999999-4999999", "1-"})
    void everyByteOfARangeArrives(String range) throws Exception {
        byte[] content = random(5_000_000);
        int first = Integer.parseInt(range.substring(0, range.indexOf('-')));
        String end = range.substring(range.indexOf('-') + 1);
        int last = end.isEmpty() ? content.length - 1 : Integer.parseInt(end);
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            String blob = push(http, content);

            Response part =
                    http.send(RawHttpConnection.head("GET", blob, "Range: bytes=" + range + "\r\n"))
                            .read();

            assertThat(part.status()).isEqualTo(206);
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, first, last + 1));
        }
    }

    @Test
    void contentThatIsNoFileArrivesAsWell() throws Exception {
        byte[] content = random(300_000);
        try (TestServer copying =
                        TestServer.on(
                                folder.resolve("copying"),
                                Map.of(),
                                (name, bean) -> reading(bean, Long.MAX_VALUE));
                RawHttpConnection http = new RawHttpConnection(copying.port())) {
            assertThat(http.get(push(http, content)).read().body()).isEqualTo(content);
        }
    }

    @Test
    void aStorageThatFailsHalfwayEndsTheConnection() throws Exception {
        byte[] content = random(300_000);
        try (TestServer failing =
                        TestServer.on(
                                folder.resolve("failing"),
                                Map.of(),
                                (name, bean) -> reading(bean, 100_000));
                RawHttpConnection http = new RawHttpConnection(failing.port())) {
            http.get(push(http, content));

            assertThatThrownBy(http::read)
                    .as("half a blob that looks whole would be a lie")
                    .isInstanceOf(EOFException.class);
        }
    }

    /** A store without files, whose streams break after some bytes. */
    private static Object reading(Object bean, long limit) {
        if (!(bean instanceof ObjectStore store)) {
            return bean;
        }
        return Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("localFiles")) {
                        return Optional.empty();
                    }
                    Object result;
                    try {
                        result = method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                    return result instanceof InputStream in ? new Breaking(in, limit) : result;
                });
    }

    private static final class Breaking extends FilterInputStream {

        private long left;

        Breaking(InputStream in, long left) {
            super(in);
            this.left = left;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                throw new IOException("the disk is gone");
            }
            int count = super.read(buffer, offset, (int) Math.min(left, length));
            left -= Math.max(count, 0);
            return count;
        }
    }

    private static byte[] random(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

    /** The path of the blob. */
    private static String push(RawHttpConnection http, byte[] content) throws Exception {
        Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
        String target = "/v2/a/blobs/uploads/?digest=" + digest;
        assertThat(http.request("POST", target, "", content).read().status()).isEqualTo(201);
        return "/v2/a/blobs/" + digest;
    }
}
