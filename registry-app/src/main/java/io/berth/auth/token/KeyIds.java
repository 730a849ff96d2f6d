package io.berth.auth.token;

import io.berth.name.HashAlgorithm;
import java.security.PublicKey;

/** Names of keys in the {@code kid} of tokens. */
final class KeyIds {

    private static final String BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /** Of the hash; 240 bits are 48 characters of five bits each. */
    private static final int BYTES = 30;

    private static final int GROUP = 4;

    private KeyIds() {}

    /**
     * The id that distribution 2 and its token services use: SHA-256 of the key in DER
     * (SubjectPublicKeyInfo), the first 240 bits in base 32, in groups of four characters.
     */
    static String libtrust(PublicKey key) {
        byte[] hash = HashAlgorithm.SHA256.newDigest().digest(key.getEncoded());
        StringBuilder id = new StringBuilder();
        for (int bit = 0; bit < BYTES * 8; bit += 5) {
            if (bit > 0 && bit % (5 * GROUP) == 0) {
                id.append(':');
            }
            id.append(BASE_32.charAt(fiveBits(hash, bit)));
        }
        return id.toString();
    }

    private static int fiveBits(byte[] bytes, int bit) {
        int index = bit / 8;
        int two = (bytes[index] & 0xff) << 8 | (bytes[index + 1] & 0xff);
        return two >> (11 - bit % 8) & 0x1f;
    }
}
