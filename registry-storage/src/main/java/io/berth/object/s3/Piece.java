package io.berth.object.s3;

import io.berth.object.ObjectKey;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Some of the bytes of a staged object, as an object of their own that is never changed. Its name
 * says where they belong.
 *
 * @param offset of the first byte
 * @param length of the bytes, 1 or more
 * @param nonce that no other handle gives its pieces, in digits and small letters
 */
record Piece(long offset, long length, String nonce) {

    private static final Pattern NAME =
            Pattern.compile("([0-7][0-9a-f]{15})\\.([0-9a-f]{1,12})\\.([0-9a-z]{1,32})");

    long end() {
        return offset + length;
    }

    /**
     * @param staged the key of the staged object
     */
    ObjectKey key(ObjectKey staged) {
        return ObjectKey.of(staged.value() + "/" + name());
    }

    String name() {
        return HexFormat.of().toHexDigits(offset) + "." + Long.toHexString(length) + "." + nonce;
    }

    /** Empty when this is not the name of a piece. */
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
