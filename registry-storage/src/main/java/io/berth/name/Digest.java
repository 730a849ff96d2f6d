package io.berth.name;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A digest (image-spec, "Digests"): an algorithm and an encoded value. The encoding of sha256 and
 * sha512 is checked; other algorithms only have to fit the grammar, since a descriptor may name one
 * that this registry does not implement. Digests are equal when their texts are.
 */
public record Digest(String algorithm, String encoded) implements Reference, Comparable<Digest> {

    private static final int MAX_LENGTH = 512;

    /**
     * @throws RegistryException DIGEST_INVALID
     */
    public Digest {
        if (!isValid(algorithm, encoded)) {
            throw invalid(algorithm + ":" + encoded);
        }
        // Shares one String, where a manifest may have thousands of descriptors.
        algorithm = HashAlgorithm.find(algorithm).map(HashAlgorithm::id).orElse(algorithm);
    }

    public static boolean isValid(String algorithm, String encoded) {
        return isAlgorithm(algorithm) && isEncoded(algorithm, encoded);
    }

    /**
     * @param text {@code algorithm:encoded}
     * @throws RegistryException DIGEST_INVALID
     */
    public static Digest of(String text) {
        int colon = text.indexOf(':');
        if (colon < 0 || text.length() > MAX_LENGTH) {
            throw invalid(text);
        }
        return new Digest(text.substring(0, colon), text.substring(colon + 1));
    }

    /** The digest of some bytes. */
    public static Digest ofContent(HashAlgorithm algorithm, byte[] content) {
        return ofHash(algorithm, algorithm.newDigest().digest(content));
    }

    /** The digest of all bytes that {@code hash} was updated with; resets {@code hash}. */
    public static Digest ofHash(HashAlgorithm algorithm, MessageDigest hash) {
        return ofHash(algorithm, hash.digest());
    }

    private static Digest ofHash(HashAlgorithm algorithm, byte[] hash) {
        return new Digest(algorithm.id(), HexFormat.of().formatHex(hash));
    }

    /** The algorithm; empty when it is not implemented here, so that no content can be verified. */
    public Optional<HashAlgorithm> hash() {
        return HashAlgorithm.find(algorithm);
    }

    @Override
    public int compareTo(Digest other) {
        int byAlgorithm = algorithm.compareTo(other.algorithm);
        return byAlgorithm != 0 ? byAlgorithm : encoded.compareTo(other.encoded);
    }

    @Override
    public String toString() {
        return algorithm + ":" + encoded;
    }

    private static RegistryException invalid(String text) {
        return new RegistryException(
                ErrorCode.DIGEST_INVALID, "invalid digest", InputSanitizer.sanitize(text));
    }

    private static boolean isAlgorithm(String algorithm) {
        boolean separated = true; // a component must follow
        for (int i = 0; i < algorithm.length(); i++) {
            char c = algorithm.charAt(i);
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
                separated = false;
            } else if (!separated && (c == '+' || c == '.' || c == '_' || c == '-')) {
                separated = true;
            } else {
                return false;
            }
        }
        return !separated;
    }

    private static boolean isEncoded(String algorithm, String encoded) {
        Optional<HashAlgorithm> known = HashAlgorithm.find(algorithm);
        if (known.isPresent()) {
            return encoded.length() == known.get().hexLength()
                    && encoded.chars().allMatch(Digest::isLowerHex);
        }
        return !encoded.isEmpty() && encoded.chars().allMatch(Digest::isEncodedCharacter);
    }

    private static boolean isLowerHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    private static boolean isEncodedCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '='
                || c == '_'
                || c == '-';
    }
}
