package io.berth.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PooledBuffersTest {

    private final PooledBuffers.Pool pool = new PooledBuffers.Pool(2, false);
    private final PooledBuffers buffers = new PooledBuffers(pool);

    @Test
    void holdsNothingWhileNothingIsThere() {
        ByteBuffer first = fill("abc");
        assertThat(take(10)).isEqualTo("abc");
        buffers.release();

        assertThat(buffers.isReadBufferEmpty()).isTrue();
        assertThat(new PooledBuffers(pool).emptyReadBuffer())
                .as("the same one, lent again")
                .isSameAs(first);
    }

    @Test
    void doesNotGiveAwayWhatIsStillToBeRead() {
        fill("abc");
        assertThat(take(1)).isEqualTo("a");
        buffers.release();

        assertThat(take(10)).isEqualTo("bc");
    }

    @Test
    void keepsPiecesInTheirOrder() {
        fill("abc");
        buffers.keep();
        fill("def");
        assertThat(new String(buffers.keep(), StandardCharsets.ISO_8859_1)).isEqualTo("abcdef");
        assertThat(buffers.peek()).isEqualTo("abcdef");

        assertThat(take(4)).isEqualTo("abcd");
        assertThat(take(4)).isEqualTo("ef");
        assertThat(buffers.isReadBufferEmpty()).isTrue();
    }

    @Test
    void givesWhatIsLongerThanABufferPieceByPiece() {
        String large =
                "x".repeat(PooledBuffers.READ_BYTES - 1) + "yz".repeat(PooledBuffers.READ_BYTES);
        for (int at = 0; at < large.length(); at += 1000) {
            fill(large.substring(at, Math.min(at + 1000, large.length())));
            buffers.keep();
        }
        StringBuilder taken = new StringBuilder();
        while (!buffers.isReadBufferEmpty()) {
            taken.append(take(100_000));
            assertThat(taken.length()).isLessThanOrEqualTo(large.length());
            assertThat(buffers.getReadBuffer().capacity()).isEqualTo(PooledBuffers.READ_BYTES);
        }

        assertThat(taken.toString()).isEqualTo(large);
    }

    @Test
    void takesBackWhatWasNotWanted() {
        fill("abcd");
        buffers.keep();
        assertThat(take(2)).isEqualTo("ab");
        buffers.unReadReadBuffer(ByteBuffer.wrap("12".getBytes(StandardCharsets.ISO_8859_1)));

        assertThat(take(10)).isEqualTo("12cd");
    }

    @Test
    void writesWhatWasPutIn() {
        assertThat(buffers.isWriteBufferEmpty()).isTrue();
        buffers.configureWriteBufferForWrite();
        buffers.getWriteBuffer().put((byte) 1);
        buffers.release();
        assertThat(buffers.isWriteBufferEmpty()).isFalse();

        buffers.configureWriteBufferForRead();
        assertThat(buffers.getWriteBuffer().get()).isEqualTo((byte) 1);
        ByteBuffer lent = buffers.getWriteBuffer();
        buffers.release();

        PooledBuffers other = new PooledBuffers(pool);
        other.configureWriteBufferForWrite();
        assertThat(other.getWriteBuffer()).isSameAs(lent);
        assertThat(other.isWriteBufferWritable()).isTrue();
    }

    @Test
    void aConnectionThatIsClosedByAnotherThreadKeepsWhatItUses() {
        ByteBuffer used = fill("abc");
        buffers.free();

        assertThat(buffers.getReadBuffer()).isSameAs(used);
        buffers.release();
        assertThat(new PooledBuffers(pool).emptyReadBuffer()).isNotSameAs(used);
    }

    @Test
    void whatTomcatDoesToAnEmptyBufferIsSeenByNoOtherConnection() {
        ByteBuffer empty = buffers.getReadBuffer();
        empty.limit(empty.capacity());

        assertThat(empty.isReadOnly()).isTrue();
        assertThat(new PooledBuffers(pool).isReadBufferEmpty()).isTrue();
        assertThat(new PooledBuffers(pool).peek()).isEmpty();
    }

    /** As when a file has been sent while the thread that began to send it cleans up. */
    @Test
    void closingMeanwhilePutsNothingIntoThePoolThatIsNoBuffer() throws Exception {
        AtomicReference<PooledBuffers> closing = new AtomicReference<>(buffers);
        AtomicBoolean end = new AtomicBoolean();
        Thread closer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!end.get()) {
                                        closing.get().reset();
                                    }
                                });
        try {
            for (int round = 0; round < 300_000; round++) {
                PooledBuffers closed = new PooledBuffers(pool);
                closed.emptyReadBuffer();
                closed.configureWriteBufferForWrite();
                closing.set(closed);
                closed.release();

                PooledBuffers next = new PooledBuffers(pool);
                next.configureWriteBufferForWrite();
                assertThat(next.getWriteBuffer().capacity()).isEqualTo(PooledBuffers.WRITE_BYTES);
                ByteBuffer lent = next.emptyReadBuffer();
                assertThat(lent).isNotSameAs(new PooledBuffers(pool).getReadBuffer());
                assertThat(lent.remaining()).isEqualTo(PooledBuffers.READ_BYTES);
                next.release();
            }
        } finally {
            end.set(true);
            closer.join();
        }
    }

    private ByteBuffer fill(String text) {
        ByteBuffer buffer = buffers.emptyReadBuffer();
        buffer.put(text.getBytes(StandardCharsets.ISO_8859_1));
        return buffer;
    }

    private String take(int most) {
        buffers.configureReadBufferForRead();
        byte[] bytes = new byte[Math.min(most, buffers.getReadBuffer().remaining())];
        buffers.getReadBuffer().get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
