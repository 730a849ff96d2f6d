package io.berth.object.s3.staging;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.ObjectKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PieceListTest {

    private static Piece piece(long offset, long length, String nonce) {
        return new Piece(offset, length, nonce);
    }

    @Test
    void aNameSaysWhereAPieceBelongs() {
        Piece piece = piece(10L << 20, 255, "abc123");

        assertThat(piece.name()).isEqualTo("0000000000a00000.ff.abc123");
        assertThat(Piece.ofName(piece.name())).contains(piece);
        assertThat(piece.key(ObjectKey.of("a/data")))
                .isEqualTo(ObjectKey.of("a/data/0000000000a00000.ff.abc123"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "data",
                "0000000000000000.0.abc",
                "0000000000000000.5",
                "0000000000000000.5.",
                "000000000000000.5.abc",
                "8000000000000000.5.abc",
                "0000000000000000.5.ABC",
                "0000000000000000.5.abc/x"
            })
    void otherNamesAreNone(String name) {
        assertThat(Piece.ofName(name)).isEmpty();
    }

    @Test
    void theListIsTheSameInWhateverOrderPiecesAreFound() {
        Piece small = piece(0, 3, "a");
        Piece large = piece(0, 5, "b");
        Piece first = piece(5, 2, "c");
        Piece second = piece(5, 2, "d");
        Piece behindAGap = piece(9, 1, "e");
        List<Piece> found = new ArrayList<>(List.of(small, large, first, second, behindAGap));
        for (int i = 0; i < 20; i++) {
            Collections.shuffle(found, new Random(i));
            assertThat(PieceList.of(found).pieces()).containsExactly(large, first);
        }
    }

    @Test
    void withoutABeginningThereIsNone() {
        assertThat(PieceList.of(List.of(piece(1, 5, "a"))).pieces()).isEmpty();
        assertThat(PieceList.of(List.of()).size()).isZero();
    }

    @Test
    void aTextTellsAllPieces() {
        PieceList list =
                new PieceList(
                        List.of(
                                piece(0, 10, "a"),
                                piece(10, 10, "a"),
                                piece(20, 10, "b"),
                                piece(30, 7, "b"),
                                piece(37, 7, "b")));

        assertThat(list.text()).isEqualTo("a.a.2~a.b.1~7.b.2");
        assertThat(PieceList.ofText(list.text())).contains(list);
    }

    @Test
    void aTextOfManyAlikeIsShort() {
        PieceList list = PieceList.EMPTY;
        for (int i = 0; i < 900; i++) {
            list = list.with(piece(list.size(), 10L << 20, "0123456789"));
        }

        assertThat(list.text()).hasSizeLessThan(24);
        assertThat(PieceList.ofText(list.text())).contains(list);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "x",
                "a.a",
                "a.a.0",
                "0.a.1",
                "a.a.1~",
                "~a.a.1",
                "a.a.1a.a.1",
                "a.A.1",
                "a.a.zzzzz",
                "zzzzzzzzz.a.1",
                "a.a.zzzz~a.a.1",
                "a.a.-1",
                "nonsense~9.9-9"
            })
    void otherTextsAreNone(String text) {
        assertThat(PieceList.ofText(text)).isEmpty();
    }

    @Test
    void aPieceReplacesThoseItBeginsBefore() {
        PieceList list = PieceList.EMPTY.with(piece(0, 5, "a")).with(piece(5, 1, "a"));

        assertThat(list.with(piece(5, 9, "b")).pieces())
                .containsExactly(piece(0, 5, "a"), piece(5, 9, "b"));
        assertThat(list.upTo(5).size()).isEqualTo(5);
        assertThat(list.upTo(4).size()).isZero();
    }
}
