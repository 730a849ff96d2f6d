package io.berth.object.s3.staging;

import io.berth.object.s3.multipart.PartSizes;
import io.berth.object.s3.setting.MultipartSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Plans the parts from which an object is assembled: parts that the server copies from a piece, and
 * parts that are sent, because a piece is too small to be a part. Minimises the bytes that are read
 * and sent.
 */
final class PartPlan {

    /**
     * A range of a staged object.
     *
     * @param piece the piece with the bytes; {@code null}: they are in the tail
     * @param from offset of the first byte in the staged object
     * @param to offset after the last byte
     */
    record Source(@Nullable Piece piece, long from, long to) {

        long length() {
            return to - from;
        }

        private Source first(long count) {
            return new Source(piece, from, from + count);
        }

        private Source without(long count) {
            return new Source(piece, from + count, to);
        }
    }

    /**
     * A part of the object.
     *
     * @param sources of its bytes, in order
     */
    record Part(List<Source> sources) {

        Part {
            sources = List.copyOf(sources);
        }

        long length() {
            return sources.stream().mapToLong(Source::length).sum();
        }

        /** The piece from which the server can copy the part; {@code null}: the part is sent. */
        @Nullable Piece copied() {
            return sources.size() == 1 ? sources.getFirst().piece() : null;
        }
    }

    private final long copyChunk;
    private final List<Part> parts = new ArrayList<>();
    private List<Source> joined = new ArrayList<>();
    private long missing = MultipartSettings.MIN_PART;

    private PartPlan(long copyChunk) {
        this.copyChunk = copyChunk;
    }

    /**
     * The parts of an object; more than S3 allows only if there are too many pieces.
     *
     * @param sources of all bytes, in order
     * @param copyChunk bytes that one request copies, unless that makes too many parts
     */
    static List<Part> of(List<Source> sources, long copyChunk) {
        List<Part> parts = new PartPlan(copyChunk).made(sources);
        return parts.size() <= PartSizes.MAX_PARTS
                ? parts
                : new PartPlan(MultipartSettings.MAX_PART).made(sources);
    }

    /**
     * Parts of equal length except the last, as some servers require. Reads and sends more bytes
     * than {@link #of}.
     *
     * @param sources of all bytes, in order
     * @param length of a part in bytes
     */
    static List<Part> equal(List<Source> sources, long length) {
        List<Part> parts = new ArrayList<>();
        List<Source> covered = new ArrayList<>();
        long missing = length;
        Deque<Source> rest = new ArrayDeque<>(sources);
        while (!rest.isEmpty()) {
            Source next = rest.pop();
            if (next.length() > missing) {
                rest.push(next.without(missing));
                next = next.first(missing);
            }
            covered.add(next);
            missing -= next.length();
            if (missing == 0 || rest.isEmpty()) {
                parts.add(new Part(covered));
                covered = new ArrayList<>();
                missing = length;
            }
        }
        return parts;
    }

    /** Whether all parts but the last have the same length, and the last is not longer. */
    static boolean areEqual(List<Part> parts) {
        long length = parts.getFirst().length();
        return parts.getLast().length() <= length
                && parts.subList(0, parts.size() - 1).stream()
                        .allMatch(part -> part.length() == length);
    }

    private List<Part> made(List<Source> sources) {
        Deque<Source> rest = new ArrayDeque<>(sources);
        while (!rest.isEmpty()) {
            Source next = rest.pop();
            long needed = missing;
            if (joined.isEmpty()
                    && (next.length() >= MultipartSettings.MIN_PART || rest.isEmpty())) {
                addAlone(next);
            } else if (next.piece() != null
                    && next.length() - needed >= MultipartSettings.MIN_PART) {
                join(next.first(needed));
                rest.push(next.without(needed));
            } else {
                join(next);
            }
        }
        endJoined();
        return parts;
    }

    private void join(Source source) {
        joined.add(source);
        missing -= source.length();
        if (missing <= 0) {
            endJoined();
        }
    }

    private void endJoined() {
        if (!joined.isEmpty()) {
            parts.add(new Part(joined));
        }
        joined = new ArrayList<>();
        missing = MultipartSettings.MIN_PART;
    }

    /** Large pieces are copied in ranges, each large enough to be a part. */
    private void addAlone(Source source) {
        if (source.piece() == null || source.length() <= copyChunk) {
            parts.add(new Part(List.of(source)));
            return;
        }
        long ranges = Math.ceilDiv(source.length(), copyChunk);
        long count = Math.max(1, Math.min(ranges, source.length() / MultipartSettings.MIN_PART));
        Source rest = source;
        for (long left = count; left > 0; left--) {
            long length = rest.length() / left;
            parts.add(new Part(List.of(rest.first(length))));
            rest = rest.without(length);
        }
    }
}
