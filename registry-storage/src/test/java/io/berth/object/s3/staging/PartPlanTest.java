package io.berth.object.s3.staging;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.s3.setting.MultipartSettings;
import io.berth.object.s3.staging.PartPlan.Part;
import io.berth.object.s3.staging.PartPlan.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartPlanTest {

    private static final long MIB = 1L << 20;
    private static final long CHUNK = 32 * MIB;

    private static List<Source> pieces(long... mib) {
        List<Source> sources = new ArrayList<>();
        long offset = 0;
        for (long length : mib) {
            Piece piece = new Piece(offset, length * MIB, "n");
            sources.add(new Source(piece, offset, piece.end()));
            offset = piece.end();
        }
        return sources;
    }

    private static List<Source> withLocal(List<Source> pieces, long bytes) {
        List<Source> sources = new ArrayList<>(pieces);
        long from = pieces.isEmpty() ? 0 : pieces.getLast().to();
        sources.add(new Source(null, from, from + bytes));
        return sources;
    }

    /** {@code c5}: 5 MiB are copied; {@code s5}: sent; {@code j1+4}: joined. */
    private static String plan(List<Source> sources) {
        return text(PartPlan.of(sources, CHUNK));
    }

    private static String text(List<Part> plan) {
        List<String> parts = new ArrayList<>();
        for (Part part : plan) {
            List<String> lengths =
                    part.sources().stream().map(s -> Long.toString(s.length() / MIB)).toList();
            String kind = part.copied() != null ? "c" : part.sources().size() == 1 ? "s" : "j";
            parts.add(kind + String.join("+", lengths));
        }
        return String.join(" ", parts);
    }

    @Test
    void piecesThatCanBePartsAreCopied() {
        assertThat(plan(pieces(10, 10, 3))).isEqualTo("c10 c10 c3");
        assertThat(plan(pieces(3))).isEqualTo("c3");
    }

    @Test
    void smallPiecesTakeWhatTheyNeedOfTheNext() {
        assertThat(plan(pieces(1, 10, 10))).isEqualTo("j1+4 c6 c10");
        assertThat(plan(pieces(1, 8, 10))).isEqualTo("j1+8 c10");
        assertThat(plan(pieces(10, 1, 1, 1, 1, 1, 1))).isEqualTo("c10 j1+1+1+1+1 c1");
        assertThat(plan(pieces(10, 1, 1))).isEqualTo("c10 j1+1");
    }

    @Test
    void whatIsHereIsSent() {
        assertThat(plan(withLocal(pieces(10), 2 * MIB))).isEqualTo("c10 s2");
        assertThat(plan(withLocal(pieces(10, 1), 9 * MIB))).isEqualTo("c10 j1+9");
    }

    @Test
    void largePiecesAreCopiedInRanges() {
        assertThat(plan(pieces(33))).isEqualTo("c16 c16");
        assertThat(plan(pieces(96))).isEqualTo("c32 c32 c32");
        assertThat(PartPlan.of(pieces(6), 5 * MIB)).hasSize(1);
    }

    @Test
    void partsCanBeEquallyLongWhateverThePiecesAre() {
        assertThat(text(PartPlan.equal(pieces(10, 10, 3), 10 * MIB))).isEqualTo("c10 c10 c3");
        assertThat(text(PartPlan.equal(pieces(10, 7, 10), 10 * MIB))).isEqualTo("c10 j7+3 c7");
        assertThat(text(PartPlan.equal(pieces(25), 10 * MIB))).isEqualTo("c10 c10 c5");
        assertThat(text(PartPlan.equal(withLocal(pieces(7), 14 * MIB), 10 * MIB)))
                .isEqualTo("j7+3 s10 s1");
    }

    @Test
    void whetherPartsAreEquallyLongIsSeen() {
        assertThat(PartPlan.areEqual(PartPlan.of(pieces(10, 10, 10), CHUNK))).isTrue();
        assertThat(PartPlan.areEqual(PartPlan.of(pieces(10, 10, 7), CHUNK))).isTrue();
        assertThat(PartPlan.areEqual(PartPlan.of(pieces(10, 7, 10), CHUNK))).isFalse();
        assertThat(PartPlan.areEqual(PartPlan.of(pieces(7, 10), CHUNK))).isFalse();
    }

    /** A range of each would be a part too many. */
    @Test
    void tenThousandPartsAreNotExceeded() {
        long[] mib = new long[9000];
        Arrays.fill(mib, 64);

        assertThat(PartPlan.of(pieces(mib), CHUNK)).hasSize(9000);
    }

    @Test
    void partsAreWhatTheSourcesAre() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            long[] mib = random.longs(1 + random.nextInt(12), 1, 70).toArray();
            List<Source> sources = pieces(mib);
            if (random.nextBoolean()) {
                sources = withLocal(sources, 1 + random.nextLong(10 * MIB));
            }

            List<Part> parts = PartPlan.of(sources, CHUNK);

            long offset = 0;
            for (Part part : parts) {
                long start = offset;
                for (Source source : part.sources()) {
                    assertThat(source.from()).isEqualTo(offset);
                    offset = source.to();
                }
                if (part != parts.getLast()) {
                    assertThat(offset - start)
                            .isBetween(MultipartSettings.MIN_PART, MultipartSettings.MAX_PART);
                }
            }
            assertThat(offset).isEqualTo(sources.getLast().to());
            requireEqual(PartPlan.equal(sources, 10 * MIB), sources);
        }
    }

    private static void requireEqual(List<Part> parts, List<Source> sources) {
        assertThat(PartPlan.areEqual(parts)).isTrue();
        assertThat(parts.stream().flatMap(part -> part.sources().stream()))
                .isSortedAccordingTo(Comparator.comparingLong(Source::from));
        assertThat(parts.stream().mapToLong(Part::length).sum()).isEqualTo(sources.getLast().to());
    }
}
