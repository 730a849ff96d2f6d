package io.berth.name;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** The algorithms that content can be pushed under (image-spec, "Registered algorithms"). */
public enum HashAlgorithm {
    SHA256("sha256", "SHA-256", 64),
    SHA512("sha512", "SHA-512", 128);

    private final String id;
    private final String javaName;
    private final int hexLength;

    HashAlgorithm(String id, String javaName, int hexLength) {
        this.id = id;
        this.javaName = javaName;
        this.hexLength = hexLength;
    }

    /** The text before the colon of a digest. */
    public String id() {
        return id;
    }

    int hexLength() {
        return hexLength;
    }

    /** Empty for an algorithm that is not implemented here. */
    public static Optional<HashAlgorithm> find(String id) {
        return switch (id) {
            case "sha256" -> Optional.of(SHA256);
            case "sha512" -> Optional.of(SHA512);
            default -> Optional.empty();
        };
    }

    /**
     * @throws RegistryException DIGEST_INVALID when the algorithm is not implemented here
     */
    public static HashAlgorithm of(String id) {
        return find(id).orElseThrow(
                        () ->
                                new RegistryException(
                                        ErrorCode.DIGEST_INVALID,
                                        "unsupported digest algorithm",
                                        InputSanitizer.sanitize(id)));
    }

    public MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance(javaName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has " + javaName, e);
        }
    }
}
