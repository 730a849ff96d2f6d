package io.berth.object.s3;

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
 * Pieces that follow each other from offset 0 without a gap: what a staged object holds.
 *
 * <p>Which of the pieces that are there make the chain depends on their names alone, so that all
 * replicas find the same one: at each offset the longest, for it supersedes shorter ones that begin
 * there, and of equally long ones that with the smallest name.
 *
 * <p>As a text, a chain is its lengths and nonces, and so tells contents apart: {@code
 * length.nonce.count} for as many of one kind as follow each other, numbers to the base 36.
 */
record PieceChain(List<Piece> pieces) {

    static final PieceChain EMPTY = new PieceChain(List.of());

    /** Says that nothing is kept; nothing else has this text. */
    private static final String NOTHING = "0";

    /** More than an object can be put together from; a longer text is as good as none. */
    private static final long MOST_PIECES = 2L * PartSizes.MAX_PARTS;

    private static final Pattern RUN =
            Pattern.compile("([1-9a-z][0-9a-z]{0,8})\\.([0-9a-z]{1,32})\\.([1-9a-z][0-9a-z]{0,3})");

    private static final Comparator<Piece> BEST_FIRST =
            Comparator.comparingLong(Piece::length).reversed().thenComparing(Piece::name);

    PieceChain {
        pieces = List.copyOf(pieces);
    }

    long size() {
        return pieces.isEmpty() ? 0 : pieces.getLast().end();
    }

    /** Those that end at or before an offset. */
    PieceChain upTo(long offset) {
        return new PieceChain(pieces.stream().filter(piece -> piece.end() <= offset).toList());
    }

    /** This up to where the piece begins, and the piece. */
    PieceChain with(Piece piece) {
        List<Piece> longer = new ArrayList<>(upTo(piece.offset()).pieces);
        longer.add(piece);
        return new PieceChain(longer);
    }

    /** Those that begin at an offset or behind it. */
    List<Piece> from(long offset) {
        return pieces.stream().filter(piece -> piece.offset() >= offset).toList();
    }

    static PieceChain of(Collection<Piece> found) {
        Map<Long, Piece> best = new HashMap<>();
        for (Piece piece : found) {
            best.merge(piece.offset(), piece, (a, b) -> BEST_FIRST.compare(a, b) <= 0 ? a : b);
        }
        List<Piece> chain = new ArrayList<>();
        Piece next = best.get(0L);
        while (next != null) {
            chain.add(next);
            next = best.get(next.end());
        }
        return new PieceChain(chain);
    }

    String text() {
        if (pieces.isEmpty()) {
            return NOTHING;
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

    /** Empty when this is not the text of a chain that has pieces. */
    static Optional<PieceChain> ofText(String text) {
        List<Piece> pieces = new ArrayList<>();
        long offset = 0;
        for (String run : text.split("~", -1)) {
            Matcher parts = RUN.matcher(run);
            if (!parts.matches()) {
                return Optional.empty();
            }
            long length = Long.parseLong(parts.group(1), 36);
            long count = Long.parseLong(parts.group(3), 36);
            if (pieces.size() + count > MOST_PIECES || length > S3Options.MAX_PART) {
                return Optional.empty();
            }
            for (long i = 0; i < count; i++) {
                pieces.add(new Piece(offset, length, parts.group(2)));
                offset += length;
            }
        }
        return Optional.of(new PieceChain(pieces));
    }
}
