package io.berth.object.s3.multipart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpooledBytesTest {

    @TempDir private Path folder;

    private static Spool spool(Path folder) {
        return new Spool(folder, 16 << 20);
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 262_143, 262_144, 262_145, 3_000_000})
    void givesWhatItWasGiven(int size) throws IOException {
        byte[] content = random(size);
        try (SpooledBytes bytes = spool(folder).bytes()) {
            for (int at = 0; at < size; at += 10_000) {
                bytes.append(content, at, Math.min(10_000, size - at));
            }

            assertThat(bytes.size()).isEqualTo(size);
            for (int i = 0; i < 2; i++) {
                try (InputStream all = bytes.stream(0, size)) {
                    assertThat(all.readAllBytes()).isEqualTo(content);
                }
            }
            try (InputStream middle = bytes.stream(size / 3, size / 2)) {
                assertThat(middle.readAllBytes())
                        .isEqualTo(Arrays.copyOfRange(content, size / 3, size / 2));
            }
        }
    }

    /** The whole of the heap that a part can take: no client can make it more. */
    @Test
    void takesNoMoreOfTheHeapThanItMay() throws IOException {
        byte[] content = random(1 << 20);
        try (SpooledBytes bytes = spool(folder).bytes()) {
            for (int i = 1; i < 1000; i++) {
                bytes.append(content, 0, i);
                assertThat(bytes.inHeap()).isLessThanOrEqualTo(SpooledBytes.IN_HEAP);
            }
            bytes.append(content, 0, content.length);
            assertThat(bytes.inHeap()).isZero();
        }
    }

    /** However many transfers there are: those that find the heap taken go to files. */
    @Test
    void allTogetherTakeNoMoreOfTheHeapThanTheyMay() throws IOException {
        int most = 4 * SpooledBytes.IN_HEAP;
        Spool spool = new Spool(folder, most);
        List<SpooledBytes> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            SpooledBytes bytes = spool.bytes();
            byte[] content = random(1000 * (i + 1));
            for (int at = 0; at < content.length; at += 7000) {
                bytes.append(content, at, Math.min(7000, content.length - at));
            }
            all.add(bytes);
            int held = all.stream().mapToInt(SpooledBytes::inHeap).sum();
            assertThat(held).isLessThanOrEqualTo(most);
            assertThat(spool.heapLeft()).isEqualTo(most - held);
        }

        assertThat(all.stream().filter(bytes -> bytes.inHeap() > 0)).hasSizeBetween(4, 60);
        for (int i = 0; i < all.size(); i++) {
            byte[] content = random(1000 * (i + 1));
            assertThat(all.get(i).stream(0, content.length).readAllBytes()).isEqualTo(content);
            all.get(i).close();
            all.get(i).close();
        }
        assertThat(spool.heapLeft()).isEqualTo(most);
    }

    @Test
    void whatIsHereStaysWhenThereCanBeNoFile() throws IOException {
        byte[] content = random(300_000);
        Path gone = Files.createDirectory(folder.resolve("gone"));
        Spool spool = spool(gone);
        try (SpooledBytes bytes = spool.bytes()) {
            bytes.append(content, 0, 200_000);
            Files.delete(gone);
            assertThatThrownBy(() -> bytes.append(content, 200_000, 100_000))
                    .isInstanceOf(IOException.class);
            assertThat(bytes.size()).isEqualTo(200_000);

            Files.createDirectory(gone);
            bytes.append(content, 200_000, 100_000);
            try (InputStream all = bytes.stream(0, 300_000)) {
                assertThat(all.readAllBytes()).isEqualTo(content);
            }
        }
    }

    @Test
    void aFileHasNoNameWhileItIsUsed() throws IOException {
        try (SpooledBytes bytes = spool(folder).bytes()) {
            bytes.append(random(1 << 20), 0, 1 << 20);

            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void isUsedAgain() throws IOException {
        try (SpooledBytes bytes = spool(folder).bytes()) {
            bytes.append(random(1 << 20), 0, 1 << 20);
            bytes.truncate(0);
            bytes.append(random(5), 0, 5);

            assertThat(bytes.size()).isEqualTo(5);
            assertThat(bytes.stream(0, 5).readAllBytes()).isEqualTo(random(5));
        }
    }

    @Test
    void anInterruptedReaderDoesNotCloseTheFile() throws IOException {
        try (SpooledBytes bytes = spool(folder).bytes()) {
            bytes.append(random(1 << 20), 0, 1 << 20);
            Thread.currentThread().interrupt();
            bytes.stream(0, 1 << 20).readAllBytes();
            assertThat(Thread.interrupted()).isTrue();

            assertThat(bytes.stream(0, 1 << 20).readAllBytes()).hasSize(1 << 20);
        }
    }

    @Test
    void aFolderThatIsNoneIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> spool(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString());
    }
}
