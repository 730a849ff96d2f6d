package io.berth.object.disk;

import io.berth.object.Version;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Versions that follow from the content, for a file system keeps none that can be trusted: times
 * are too coarse to tell two writes apart.
 */
final class ContentVersion {

    /** Up to here the content itself is the version: objects that hold a digest are shorter. */
    private static final int SHORT = 160;

    private ContentVersion() {}

    static Version of(byte[] content) {
        return new Version(
                content.length <= SHORT
                        ? "=" + new String(content, StandardCharsets.ISO_8859_1)
                        : HexFormat.of().formatHex(sha256(content)));
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
