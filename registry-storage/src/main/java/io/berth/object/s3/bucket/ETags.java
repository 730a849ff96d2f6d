package io.berth.object.s3.bucket;

import io.berth.object.Version;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The forms of an ETag. */
public final class ETags {

    private ETags() {}

    /** The ETag without quotes, however the server writes it. */
    public static String bare(String etag) {
        return etag.replace("\"", "");
    }

    /** The version with this ETag. With {@code null}, no condition on the version holds. */
    static Version version(@Nullable String etag) {
        return new Version(etag == null ? "" : bare(etag));
    }

    /** The ETag in quotes, however the server writes it. */
    public static String quoted(String etag) {
        return '"' + bare(etag) + '"';
    }

    /** The bare ETag that most servers give a small object: the MD5 of its bytes. */
    @SuppressWarnings("InsecureCryptoUsage") // compared with ETags, not used for security
    public static String md5(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has MD5", e);
        }
    }
}
