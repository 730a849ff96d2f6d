package io.berth.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LentBuffersTest {

    private final LentBuffers.Pool pool = new LentBuffers.Pool(2);
    private final LentBuffers buffers = new LentBuffers(pool);

    @Test
    void holdsNothingWhileNothingIsThere() {
        ByteBuffer first = fill("abc");
        assertThat(take(10)).isEqualTo("abc");
        buffers.giveBack();

        assertThat(buffers.isReadBufferEmpty()).isTrue();
        assertThat(new LentBuffers(pool).toFill()).as("the same one, lent again").isSameAs(first);
    }

    @Test
    void doesNotGiveAwayWhatIsStillToBeRead() {
        fill("abc");
        assertThat(take(1)).isEqualTo("a");
        buffers.giveBack();

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
        String large = "x".repeat(LentBuffers.READ_BYTES - 1) + "yz".repeat(LentBuffers.READ_BYTES);
        for (int at = 0; at < large.length(); at += 1000) {
            fill(large.substring(at, Math.min(at + 1000, large.length())));
            buffers.keep();
        }
        StringBuilder taken = new StringBuilder();
        while (!buffers.isReadBufferEmpty()) {
            taken.append(take(100_000));
            assertThat(taken.length()).isLessThanOrEqualTo(large.length());
            assertThat(buffers.getReadBuffer().capacity()).isEqualTo(LentBuffers.READ_BYTES);
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
        buffers.giveBack();
        assertThat(buffers.isWriteBufferEmpty()).isFalse();

        buffers.configureWriteBufferForRead();
        assertThat(buffers.getWriteBuffer().get()).isEqualTo((byte) 1);
        ByteBuffer lent = buffers.getWriteBuffer();
        buffers.giveBack();

        LentBuffers other = new LentBuffers(pool);
        other.configureWriteBufferForWrite();
        assertThat(other.getWriteBuffer()).isSameAs(lent);
        assertThat(other.isWriteBufferWritable()).isTrue();
    }

    @Test
    void aConnectionThatIsClosedByAnotherThreadKeepsWhatItUses() {
        ByteBuffer used = fill("abc");
        buffers.free();

        assertThat(buffers.getReadBuffer()).isSameAs(used);
        buffers.giveBack();
        assertThat(new LentBuffers(pool).toFill()).isNotSameAs(used);
    }

    @Test
    void whatTomcatDoesToAnEmptyBufferIsSeenByNoOtherConnection() {
        ByteBuffer empty = buffers.getReadBuffer();
        empty.limit(empty.capacity());

        assertThat(empty.isReadOnly()).isTrue();
        assertThat(new LentBuffers(pool).isReadBufferEmpty()).isTrue();
        assertThat(new LentBuffers(pool).peek()).isEmpty();
    }

    /** As when a file has been sent while the thread that began to send it cleans up. */
    @Test
    void closingMeanwhilePutsNothingIntoThePoolThatIsNoBuffer() throws Exception {
        AtomicReference<LentBuffers> closing = new AtomicReference<>(buffers);
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
                LentBuffers closed = new LentBuffers(pool);
                closed.toFill();
                closed.configureWriteBufferForWrite();
                closing.set(closed);
                closed.giveBack();

                LentBuffers next = new LentBuffers(pool);
                next.configureWriteBufferForWrite();
                assertThat(next.getWriteBuffer().capacity()).isEqualTo(LentBuffers.WRITE_BYTES);
                ByteBuffer lent = next.toFill();
                assertThat(lent).isNotSameAs(new LentBuffers(pool).getReadBuffer());
                assertThat(lent.remaining()).isEqualTo(LentBuffers.READ_BYTES);
                next.giveBack();
            }
        } finally {
            end.set(true);
            closer.join();
        }
    }

    private ByteBuffer fill(String text) {
        ByteBuffer buffer = buffers.toFill();
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
