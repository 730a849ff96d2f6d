package io.berth.object.s3.staging;

import io.berth.object.s3.multipart.PartSizes;
import io.berth.object.s3.setting.MultipartSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content of a staged object: consecutive pieces from offset 0 without a gap.
 *
 * <p>Which of the pieces in the bucket are in the list depends only on their names, so that all
 * replicas find the same list: at each offset the longest piece, because it supersedes shorter ones
 * with this offset, and of equally long ones the one with the smallest name.
 *
 * <p>The text of a list is {@code length.nonce.count} for each run of pieces with the same length
 * and nonce, joined by {@code ~}; the numbers are in base 36. Lists of different content have
 * different texts.
 */
record PieceList(List<Piece> pieces) {

    static final PieceList EMPTY = new PieceList(List.of());

    /** The text of the empty list. */
    private static final String EMPTY_TEXT = "0";

    /** More pieces than an object can be assembled from; a text with more is not parsed. */
    private static final long MAX_PIECES = 2L * PartSizes.MAX_PARTS;

    private static final Pattern RUN =
            Pattern.compile("([1-9a-z][0-9a-z]{0,8})\\.([0-9a-z]{1,32})\\.([1-9a-z][0-9a-z]{0,3})");

    private static final Comparator<Piece> BEST_FIRST =
            Comparator.comparingLong(Piece::length).reversed().thenComparing(Piece::name);

    PieceList {
        pieces = List.copyOf(pieces);
    }

    int count() {
        return pieces.size();
    }

    /** Bytes of all pieces. */
    long size() {
        return pieces.isEmpty() ? 0 : pieces.getLast().end();
    }

    /** The pieces that end at or before an offset. */
    PieceList upTo(long offset) {
        return new PieceList(pieces.stream().filter(piece -> piece.end() <= offset).toList());
    }

    /** The pieces before the offset of a piece, and that piece. */
    PieceList with(Piece piece) {
        List<Piece> longer = new ArrayList<>(upTo(piece.offset()).pieces);
        longer.add(piece);
        return new PieceList(longer);
    }

    /** The list of the pieces that were found in the bucket. */
    static PieceList of(Collection<Piece> found) {
        Map<Long, Piece> best = new HashMap<>();
        for (Piece piece : found) {
            best.merge(piece.offset(), piece, (a, b) -> BEST_FIRST.compare(a, b) <= 0 ? a : b);
        }
        List<Piece> list = new ArrayList<>();
        Piece next = best.get(0L);
        while (next != null) {
            list.add(next);
            next = best.get(next.end());
        }
        return new PieceList(list);
    }

    /** The text of this list, for {@link #ofText}. */
    String text() {
        if (pieces.isEmpty()) {
            return EMPTY_TEXT;
        }
        StringBuilder text = new StringBuilder();
        int run = 0;
        for (int i = 0; i < pieces.size(); i++) {
            run++;
            Piece piece = pieces.get(i);
            if (i + 1 == pieces.size() || !isAlike(piece, pieces.get(i + 1))) {
                text.append(text.isEmpty() ? "" : "~")
                        .append(Long.toString(piece.length(), 36))
                        .append('.')
                        .append(piece.nonce())
                        .append('.')
                        .append(Integer.toString(run, 36));
                run = 0;
            }
        }
        return text.toString();
    }

    private static boolean isAlike(Piece one, Piece other) {
        return one.length() == other.length() && one.nonce().equals(other.nonce());
    }

    /** Parses the text of a list; empty when it is not the text of a list with pieces. */
    static Optional<PieceList> ofText(String text) {
        List<Piece> pieces = new ArrayList<>();
        long offset = 0;
        for (String run : text.split("~", -1)) {
            Matcher parts = RUN.matcher(run);
            if (!parts.matches()) {
                return Optional.empty();
            }
            long length = Long.parseLong(parts.group(1), 36);
            long count = Long.parseLong(parts.group(3), 36);
            if (pieces.size() + count > MAX_PIECES || length > MultipartSettings.MAX_PART) {
                return Optional.empty();
            }
            for (long i = 0; i < count; i++) {
                pieces.add(new Piece(offset, length, parts.group(2)));
                offset += length;
            }
        }
        return Optional.of(new PieceList(pieces));
    }
}
