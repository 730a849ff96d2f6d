package io.berth.object.s3.staging;

import io.berth.object.ObjectKey;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of a staged object, stored as an immutable object whose name has the offset, the length
 * and a nonce.
 *
 * @param offset of the first byte in the staged object
 * @param length in bytes, 1 or more
 * @param nonce digits and lower-case letters, unique for each handle
 */
record Piece(long offset, long length, String nonce) {

    private static final Pattern NAME =
            Pattern.compile("([0-7][0-9a-f]{15})\\.([0-9a-f]{1,12})\\.([0-9a-z]{1,32})");

    /** Offset after the last byte. */
    long end() {
        return offset + length;
    }

    /**
     * The key of this piece.
     *
     * @param staged the key of the staged object
     */
    ObjectKey key(ObjectKey staged) {
        return ObjectKey.of(staged.value() + "/" + name());
    }

    String name() {
        return HexFormat.of().toHexDigits(offset) + "." + Long.toHexString(length) + "." + nonce;
    }

    /** Parses the name of a piece; empty for other names. */
    static Optional<Piece> ofName(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long offset = Long.parseLong(parts.group(1), 16);
        long length = Long.parseLong(parts.group(2), 16);
        return length == 0
                ? Optional.empty()
                : Optional.of(new Piece(offset, length, parts.group(3)));
    }
}
