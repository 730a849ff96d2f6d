package io.berth.object.s3.bucket;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a bucket is and how it is used. The constructors throw {@link IllegalArgumentException} for
 * values that cannot be, naming them.
 *
 * @param bucket its name
 * @param rootDirectory what all keys begin with: {@code /a/b/} makes keys {@code a/b/...}; with
 *     {@code ""} and {@code /} they begin at the root of the bucket
 * @param endpoint how the server is reached
 * @param credentials {@code null}: those of the environment, a profile, or the machine
 * @param multipart how large objects are written and copied
 * @param writes what is said about each object that is written
 * @param redirects whether clients read from the bucket themselves
 * @param spool where bytes wait until they are sent
 */
public record S3Options(
        String bucket,
        String rootDirectory,
        Endpoint endpoint,
        @Nullable Credentials credentials,
        Multipart multipart,
        WriteOptions writes,
        Redirects redirects,
        SpoolOptions spool) {

    /** The fewest bytes of a part that is not the last of its object. */
    public static final long MIN_PART = 5L << 20;

    /** The most bytes that one request can write or copy. */
    public static final long MAX_PART = 5L << 30;

    public S3Options {
        requireNonEmpty("bucket", bucket);
    }

    /**
     * How the server is reached.
     *
     * @param region of the bucket; any text for servers without regions
     * @param url of a server that is not Amazon's; {@code null}: Amazon's for the region
     * @param pathStyle whether the bucket is named in the path rather than in the host
     * @param accelerate whether Amazon's transfer acceleration is used
     * @param useDualStack whether Amazon's endpoints for IPv4 and IPv6 are used
     * @param useFips whether Amazon's endpoints for FIPS 140 are used
     * @param skipVerify whether any certificate of the server is accepted
     * @param userAgent put before that of the SDK; {@code ""}: nothing
     * @param maxConnections at the same time, 1 to 100,000; a request that gets none for 10 s fails
     */
    public record Endpoint(
            String region,
            @Nullable URI url,
            boolean pathStyle,
            boolean accelerate,
            boolean useDualStack,
            boolean useFips,
            boolean skipVerify,
            String userAgent,
            int maxConnections) {

        public Endpoint {
            requireNonEmpty("region", region);
            requireBetween("maxConnections", maxConnections, 1, 100_000);
        }
    }

    /**
     * What requests are signed with.
     *
     * @param sessionToken of temporary credentials; {@code null}: they are permanent
     */
    public record Credentials(String accessKey, String secretKey, @Nullable String sessionToken) {

        /** Without what must stay secret. */
        @Override
        public String toString() {
            return "Credentials[" + accessKey + "]";
        }
    }

    /**
     * How large objects are written and copied.
     *
     * @param chunkSize bytes of a part that is sent, 5 MiB to 5 GiB; an object of up to this size
     *     is written in one request. A transfer takes up to four times this in the spool folder.
     * @param copyChunkSize bytes of a part that the server copies, 5 MiB to 5 GiB
     * @param copyMaxConcurrency parts of one object that are copied at the same time, 1 to 10,000
     * @param copyThresholdSize bytes up to which an object is copied in one request, at most 5 GiB
     */
    public record Multipart(
            long chunkSize, long copyChunkSize, int copyMaxConcurrency, long copyThresholdSize) {

        public Multipart {
            requireBetween("chunkSize", chunkSize, MIN_PART, MAX_PART);
            requireBetween("copyChunkSize", copyChunkSize, MIN_PART, MAX_PART);
            requireBetween("copyMaxConcurrency", copyMaxConcurrency, 1, 10_000);
            requireBetween("copyThresholdSize", copyThresholdSize, 0, MAX_PART);
        }
    }

    /**
     * What is said about each object that is written.
     *
     * @param encrypt whether the server is asked to encrypt it: with AES256, or with {@code keyId}
     *     by aws:kms
     * @param keyId of the key in KMS; {@code null}: none
     * @param storageClass {@code ""} or {@code "NONE"}: none is sent
     * @param objectAcl {@code ""} or {@code "NONE"}: none is sent, for servers that refuse ACLs
     * @param checksums which checksums are sent
     */
    public record WriteOptions(
            boolean encrypt,
            @Nullable String keyId,
            String storageClass,
            String objectAcl,
            Checksums checksums) {

        public WriteOptions {
            if (keyId != null && !encrypt) {
                throw new IllegalArgumentException("keyId needs encrypt");
            }
        }
    }

    /** Which checksums are sent against damage in transfer. */
    public enum Checksums {
        /** The SHA-256 of an object that is sent in one request, if the server compares it. */
        AUTO,
        /**
         * As {@link #AUTO}, and the SDK's own for each request and answer: for Amazon's servers.
         */
        ALWAYS,
        NEVER
    }

    /**
     * Whether clients read from the bucket themselves, by presigned URLs.
     *
     * @param endpoint where clients reach the server; {@code null}: where this process does
     */
    public record Redirects(boolean enabled, @Nullable URI endpoint) {}

    /**
     * Where bytes wait until they are sent.
     *
     * @param folder of files; created when it is not there
     * @param heapBytes the most bytes of the heap that are used in place of files, by all transfers
     *     together
     */
    public record SpoolOptions(Path folder, long heapBytes) {

        public SpoolOptions {
            requireBetween("heapBytes", heapBytes, 0, Long.MAX_VALUE);
        }
    }

    private static void requireNonEmpty(String name, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + " is missing");
        }
    }

    private static void requireBetween(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", not between " + least + " and " + most);
        }
    }
}
