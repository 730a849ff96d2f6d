package io.berth.storage.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.registry.TestContent;
import io.berth.registry.UploadChunk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyCopierTest {

    private static final int POOLED = 4;

    private final BodyCopier copier = new BodyCopier((long) POOLED * BodyCopier.BUFFER_BYTES);

    /** Sends some bytes, then nothing more until it is let go on. */
    private static final class Body extends InputStream {

        private final byte[] content;
        private final int stallsAt;
        private final CountDownLatch goesOn = new CountDownLatch(1);
        private final CountDownLatch stalls = new CountDownLatch(1);

        /** What {@link #available} makes of the bytes that are there. */
        private final IntUnaryOperator told;

        private int position;

        Body(byte[] content, int stallsAt, IntUnaryOperator told) {
            this.content = content;
            this.stallsAt = stallsAt;
            this.told = told;
        }

        @Override
        public int available() {
            int end = goesOn.getCount() == 0 ? content.length : stallsAt;
            return told.applyAsInt(end - position);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (position == stallsAt) {
                stalls.countDown();
                await(goesOn);
            }
            int end = position < stallsAt ? stallsAt : content.length;
            int count = Math.min(length, end - position);
            if (count == 0) {
                return -1;
            }
            System.arraycopy(content, position, buffer, offset, count);
            position += count;
            return count;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        private static void await(CountDownLatch latch) throws IOException {
            try {
                assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    /** Bodies that all stall, each copied by a thread of its own. */
    private final class Stalled implements AutoCloseable {

        private final List<Body> bodies = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private final AtomicInteger right = new AtomicInteger();

        Stalled(int count, byte[] content, int stallsAt, IntUnaryOperator told) throws IOException {
            Digest expected = TestContent.sha256(content);
            for (int i = 0; i < count; i++) {
                Body body = new Body(content, stallsAt, told);
                bodies.add(body);
                threads.add(Thread.ofVirtual().start(() -> copy(body, expected)));
            }
            for (Body body : bodies) {
                Body.await(body.stalls);
            }
        }

        private void copy(Body body, Digest expected) {
            MessageDigest hash = HashAlgorithm.SHA256.newDigest();
            AtomicInteger stored = new AtomicInteger();
            try {
                copier.copy(
                        UploadChunk.of(body),
                        (buffer, offset, length) -> {
                            stored.addAndGet(length);
                            hash.update(buffer, offset, length);
                        });
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            boolean whole = stored.get() == body.content.length;
            if (whole && Digest.ofHash(HashAlgorithm.SHA256, hash).equals(expected)) {
                right.incrementAndGet();
            }
        }

        @Override
        public void close() {
            bodies.forEach(body -> body.goesOn.countDown());
            try {
                for (Thread thread : threads) {
                    thread.join(30_000);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static long heapUsed() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** What the limit of connections relies on. */
    @Test
    void aThousandStalledBodiesHoldAFewKibEach() throws Exception {
        byte[] content = TestContent.random(1, 300_000);
        long before = heapUsed();
        Stalled stalled = new Stalled(1000, content, 200_000, bytes -> bytes);
        try (stalled) {
            assertThat(copier.largeInUse()).isZero();
            assertThat(heapUsed() - before).isLessThan(1000L * 16 * 1024);
        }
        assertThat(stalled.right).hasValue(1000);
        assertThat(copier.largeInUse()).isZero();
    }

    /** A client can make its connection look as if more were there. */
    @Test
    void bodiesThatStallWithABufferTakeNoMoreThanThePool() throws Exception {
        byte[] content = TestContent.random(2, 300_000);
        long before = heapUsed();
        Stalled stalled = new Stalled(1000, content, 200_000, _ -> 1);
        try (stalled) {
            assertThat(copier.largeInUse()).isEqualTo(POOLED);
            assertThat(heapUsed() - before).isLessThan(1000L * 16 * 1024);

            ByteArrayOutputStream stored = new ByteArrayOutputStream();
            copier.copy(TestContent.chunk(content), stored::write);
            assertThat(stored.toByteArray()).isEqualTo(content);
        }
        assertThat(stalled.right).hasValue(1000);
        assertThat(copier.largeInUse()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 128", "1, 4"})
    void bytesThatAreThereAreStoredInLargePiecesIfThereAreBuffers(int pooled, int pieces)
            throws IOException {
        byte[] content = TestContent.random(3, 1024 * 1024);
        List<Integer> lengths = new ArrayList<>();

        new BodyCopier((long) pooled * BodyCopier.BUFFER_BYTES)
                .copy(TestContent.chunk(content), (_, _, length) -> lengths.add(length));

        assertThat(lengths).hasSize(pieces);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "8191", "8192", "8193", "65537", "262143", "262144", "262145", "300000"})
    void whatIsStoredIsWhatCame(int size) throws IOException {
        byte[] content = TestContent.random(4, size);
        for (int stallsAt : new int[] {-1, 1, 5_000, 8192, 70_000, 262_144}) {
            for (IntUnaryOperator told : List.<IntUnaryOperator>of(b -> b, _ -> 0, _ -> 1)) {
                Body body = new Body(content, Math.min(stallsAt, size), told);
                body.goesOn.countDown();
                ByteArrayOutputStream stored = new ByteArrayOutputStream();

                long copied = copier.copy(UploadChunk.of(body), stored::write);

                assertThat(copied).isEqualTo(size);
                assertThat(stored.toByteArray()).isEqualTo(content);
            }
        }
    }

    @Test
    void aBodyThatFailsAfterAnotherRequestHasTakenOverFailsAsBody() {
        InputStream broken =
                new SequenceInputStream(
                        new ByteArrayInputStream(new byte[10]),
                        new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("the client has gone");
                            }
                        });

        assertThatThrownBy(
                        () ->
                                copier.copy(
                                        UploadChunk.of(broken),
                                        (_, _, _) -> {
                                            throw new RegistryException(
                                                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER, "taken");
                                        }))
                .isInstanceOf(IOException.class)
                .hasMessage("the client has gone");
    }

    @Test
    void buffersAreReturnedHoweverACopyEnds() {
        byte[] content = TestContent.random(5, 300_000);
        UploadChunk tooLong =
                new UploadChunk(
                        TestContent.chunk(content).body(),
                        OptionalLong.empty(),
                        OptionalLong.of(200_000));

        assertThatThrownBy(() -> copier.copy(tooLong, (_, _, _) -> {}))
                .isInstanceOf(RegistryException.class);
        assertThatThrownBy(
                        () ->
                                copier.copy(
                                        TestContent.chunk(content),
                                        (_, _, _) -> {
                                            throw new IllegalStateException("full");
                                        }))
                .hasMessage("full");

        assertThat(copier.largeInUse()).isZero();
    }
}
