package io.berth.manifest;

import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Content that is embedded in a descriptor (image-spec, "Embedded Content"). It is hashed while it
 * is decoded, and not kept. All algorithms are applied, because the digest may follow the data.
 */
final class EmbeddedData extends OutputStream {

    private final List<Hash> hashes =
            Arrays.stream(HashAlgorithm.values())
                    .map(algorithm -> new Hash(algorithm, algorithm.newDigest()))
                    .toList();
    private long size;

    private record Hash(HashAlgorithm algorithm, MessageDigest state) {}

    @Override
    public void write(byte[] bytes, int offset, int count) {
        hashes.forEach(hash -> hash.state.update(bytes, offset, count));
        size += count;
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /**
     * Whether the content matches the digest and size of its descriptor. With an unknown algorithm,
     * only the size is compared. Can be called once, as it resets the hashes.
     */
    boolean matches(Digest digest, long expectedSize) {
        return size == expectedSize
                && hashes.stream()
                        .filter(hash -> hash.algorithm.id().equals(digest.algorithm()))
                        .allMatch(hash -> Digest.ofHash(hash.algorithm, hash.state).equals(digest));
    }
}
