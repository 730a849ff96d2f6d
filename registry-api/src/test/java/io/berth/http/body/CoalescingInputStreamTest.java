package io.berth.http.body;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CoalescingInputStreamTest {

    private static final long MIB = 1024 * 1024;
    private static final int KIB = 1024;

    /** A connection on which a client sends at a steady rate, with a clock of its own. */
    private static final class Connection extends InputStream {

        private final long length;
        private final double bytesPerNano;
        private final long bufferSize;

        private long now;
        private double arrived;
        private long taken;
        private int atHand;

        private int waits;
        private int sleeps;
        private long slept;
        private long firstSleepAt = Long.MAX_VALUE;

        Connection(long length, long bytesPerSecond, long bufferSize) {
            this.length = length;
            this.bytesPerNano = bytesPerSecond / 1e9;
            this.bufferSize = bufferSize;
        }

        private void pass(long nanos) {
            now += nanos;
            arrived =
                    Math.min(arrived + nanos * bytesPerNano, Math.min(length, taken + bufferSize));
        }

        void sleep(long nanos) {
            sleeps++;
            slept += nanos;
            firstSleepAt = Math.min(firstSleepAt, taken);
            pass(nanos);
        }

        @Override
        public int available() {
            return atHand;
        }

        @Override
        public int read(byte[] buffer, int offset, int count) {
            if (taken == length) {
                return -1;
            }
            if (atHand == 0) {
                fill();
            }
            int given = Math.min(Math.min(count, atHand), 8 * KIB); // as chunks on the wire
            for (int i = 0; i < given; i++) {
                buffer[offset + i] = content(taken + i);
            }
            atHand -= given;
            taken += given;
            return given;
        }

        private void fill() {
            if ((long) arrived == taken) {
                waits++;
                pass((long) Math.ceil(4 * KIB / bytesPerNano)); // the client sends 4 KiB at once
                arrived = Math.min(Math.ceil(arrived), length);
            }
            atHand =
                    (int) Math.min((long) arrived - taken, CoalescingInputStream.READ_BUFFER_BYTES);
            pass(atHand / 2); // storing takes as long as two bytes in a nanosecond
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        Connection readToTheEnd(long declared) throws IOException {
            CoalescingInputStream body = new CoalescingInputStream(this, declared, this::sleep);
            byte[] buffer = new byte[256 * KIB];
            long passedOn = 0;
            for (int n; (n = body.read(buffer, 7, buffer.length - 7)) >= 0; passedOn += n) {
                assertThat(buffer[7]).isEqualTo(content(passedOn));
                assertThat(buffer[7 + n - 1]).isEqualTo(content(passedOn + n - 1));
            }
            assertThat(passedOn).isEqualTo(length);
            return this;
        }
    }

    private static byte content(long position) {
        return (byte) (position * 31 >> 3);
    }

    private static Connection upload(long length, long bytesPerSecond, long bufferSize)
            throws IOException {
        return new Connection(length, bytesPerSecond, bufferSize).readToTheEnd(-1);
    }

    @Test
    void aSlowUploadIsTakenInLargerPieces() throws IOException {
        Connection slow = upload(100 * MIB, 10_000_000, 4 * MIB);

        long withoutSleep = 99 * MIB / (4 * KIB);
        assertThat(slow.waits - 256 + slow.sleeps).isLessThan((int) (withoutSleep / 8));
        assertThat(slow.now).isLessThan(11_000_000_000L);
    }

    @Test
    void aFastUploadLosesMillisecondsHoweverLongItIs() throws IOException {
        assertThat(upload(256 * MIB, 1_000_000_000, 4 * MIB).slept).isLessThan(12_000_000);
        assertThat(upload(1024 * MIB, 1_000_000_000, 4 * MIB).slept).isLessThan(14_000_000);
    }

    @Test
    void whereBuffersStaySmallThereIsStillABound() throws IOException {
        Connection fast = upload(64 * MIB, 1_000_000_000, 64 * KIB);

        assertThat(64 * MIB / (fast.now / 1e9)).isGreaterThan(15_000_000);
        assertThat(64 * MIB / (upload(64 * MIB, 1_000_000_000, 128 * KIB).now / 1e9))
                .isGreaterThan(30_000_000);
    }

    @Test
    void aSmallUploadIsNotSleptOver() throws IOException {
        assertThat(upload(MIB - 1, 10_000_000, 4 * MIB).sleeps).isZero();
        assertThat(upload(2 * MIB, 10_000_000, 4 * MIB).firstSleepAt).isGreaterThanOrEqualTo(MIB);
    }

    @Test
    void theEndOfABodyOfKnownLengthIsNotSleptOver() throws IOException {
        Connection connection = new Connection(MIB + 10 * KIB, 4_000_000_000_000L, 4 * MIB);

        connection.readToTheEnd(MIB + 10 * KIB);

        assertThat(connection.sleeps).isZero();
    }

    /** By this the storage knows when to return a large buffer. */
    @Test
    void tellsWhetherTheNextReadMayWait() throws IOException {
        Connection connection = new Connection(10 * MIB, 100_000_000, 4 * MIB);
        CoalescingInputStream body = new CoalescingInputStream(connection, -1, connection::sleep);
        byte[] buffer = new byte[8 * KIB];
        assertThat(body.available()).isZero();

        int waitsForeseen = 0;
        while (true) {
            int waits = connection.waits;
            boolean foreseen = body.available() == 0;
            waitsForeseen += foreseen ? 1 : 0;
            if (body.read(buffer, 0, buffer.length) < 0) {
                break;
            }
            assertThat(connection.waits == waits || foreseen).isTrue();
        }

        assertThat(waitsForeseen).isGreaterThan(10);
    }

    @Test
    void everyByteIsPassedOn() throws IOException {
        byte[] content = new byte[3 * (int) MIB];
        for (int i = 0; i < content.length; i++) {
            content[i] = content(i);
        }

        CoalescingInputStream body =
                new CoalescingInputStream(new ByteArrayInputStream(content), content.length);

        assertThat(body.read()).isEqualTo(content[0] & 0xff);
        assertThat(body.readAllBytes()).isEqualTo(Arrays.copyOfRange(content, 1, content.length));
        assertThat(body.read()).isEqualTo(-1);
    }
}
