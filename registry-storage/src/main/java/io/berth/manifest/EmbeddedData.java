package io.berth.manifest;

import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Content that is embedded in a descriptor (image-spec, "Embedded Content"): hashed as it is
 * decoded, and not kept. By every algorithm, for the digest may come behind it.
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
     * Whether it is what a descriptor says; once only. Of an unknown algorithm, the size counts.
     */
    boolean matches(Digest said, long saidSize) {
        return size == saidSize
                && hashes.stream()
                        .filter(hash -> hash.algorithm.id().equals(said.algorithm()))
                        .allMatch(hash -> Digest.ofHash(hash.algorithm, hash.state).equals(said));
    }
}
