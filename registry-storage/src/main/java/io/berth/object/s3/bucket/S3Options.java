package io.berth.object.s3.bucket;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a bucket is and how it is used. Made by {@link #builder}, which has the defaults.
 *
 * @param region as the bucket's owner calls it; where there are none, any text
 * @param endpoint of a server that is not Amazon's, with its scheme; {@code null}: Amazon's for the
 *     region
 * @param pathStyle whether the bucket is a part of the path, not of the host
 * @param rootDirectory below which everything is kept: {@code /a/b/} makes keys {@code a/b/...},
 *     {@code ""} and {@code /} make them start at the root of the bucket
 * @param credentials {@code null}: those that the environment, a profile, or the machine has
 * @param encrypt whether the server is asked to encrypt objects: AES256, or with {@code keyId}
 *     aws:kms
 * @param keyId of the key in KMS; {@code null}: none
 * @param storageClass of new objects; {@code "NONE"}: the bucket's own
 * @param objectAcl of new objects; {@code ""} or {@code "NONE"}: the bucket's own, for servers that
 *     refuse to be told
 * @param chunkSize bytes of a part of a large object, 5 MiB to 5 GiB; up to this size an object is
 *     written in one request. A transfer takes up to four times this in the spool folder.
 * @param multipartCopyChunkSize bytes that one request copies of a large object, 5 MiB to 5 GiB
 * @param multipartCopyMaxConcurrency requests that copy at a time for one object
 * @param multipartCopyThresholdSize bytes up to which an object is copied in one request, at most 5
 *     GiB
 * @param skipVerify whether any certificate will do
 * @param accelerate whether Amazon's transfer acceleration is used
 * @param useDualStack whether Amazon's endpoints for IPv4 and IPv6 are used
 * @param useFips whether Amazon's endpoints for FIPS 140 are used
 * @param userAgent named to the server besides the SDK; {@code ""}: nothing
 * @param redirects whether clients are sent to the bucket for what they read
 * @param redirectEndpoint where clients reach it; {@code null}: where we do
 * @param maxConnections to the server at a time; a request that gets none for 10 s fails
 * @param spoolFolder of files that hold parts until they are sent; created when it is not there
 * @param spoolHeapBytes the most bytes of the heap that hold parts in place of files, of all
 *     transfers together
 */
public record S3Options(
        String region,
        String bucket,
        @Nullable URI endpoint,
        boolean pathStyle,
        String rootDirectory,
        @Nullable Credentials credentials,
        boolean encrypt,
        @Nullable String keyId,
        String storageClass,
        String objectAcl,
        long chunkSize,
        long multipartCopyChunkSize,
        int multipartCopyMaxConcurrency,
        long multipartCopyThresholdSize,
        boolean skipVerify,
        boolean accelerate,
        boolean useDualStack,
        boolean useFips,
        String userAgent,
        boolean redirects,
        @Nullable URI redirectEndpoint,
        Checksums checksums,
        int maxConnections,
        Path spoolFolder,
        long spoolHeapBytes) {

    /** The least a part of a large object may have, unless it is the last. */
    public static final long MIN_PART = 5L << 20;

    /** The most one request can write or copy. */
    public static final long MAX_PART = 5L << 30;

    /** Who we are to the server. */
    public record Credentials(String accessKey, String secretKey, @Nullable String sessionToken) {

        /** Without what must stay secret. */
        @Override
        public String toString() {
            return "Credentials[" + accessKey + "]";
        }
    }

    /** What is done about bytes that get damaged on their way. */
    public enum Checksums {
        /** An object that is sent in one request goes with its SHA-256, if the server compares. */
        AUTO,
        /** As {@link #AUTO}, and the SDK's own for each request and answer: for Amazon itself. */
        ALWAYS,
        NEVER
    }

    /**
     * @throws IllegalArgumentException when a number is out of its range, naming it
     */
    public S3Options {
        requireNonEmpty("region", region);
        requireNonEmpty("bucket", bucket);
        requireBetween("chunkSize", chunkSize, MIN_PART, MAX_PART);
        requireBetween("multipartCopyChunkSize", multipartCopyChunkSize, MIN_PART, MAX_PART);
        requireBetween("multipartCopyMaxConcurrency", multipartCopyMaxConcurrency, 1, 10_000);
        requireBetween("multipartCopyThresholdSize", multipartCopyThresholdSize, 0, MAX_PART);
        requireBetween("maxConnections", maxConnections, 1, 100_000);
        requireBetween("spoolHeapBytes", spoolHeapBytes, 0, Long.MAX_VALUE);
        if (keyId != null && !encrypt) {
            throw new IllegalArgumentException("keyId is of no use without encrypt");
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

    /** Starts with the defaults. */
    public static Builder builder(String region, String bucket, Path spoolFolder) {
        return new Builder(region, bucket, spoolFolder);
    }

    /** Collects options; the name of each is that of the component it sets. */
    public static final class Builder {

        private final String region;
        private final String bucket;
        private final Path spoolFolder;
        private @Nullable URI endpoint;
        private boolean pathStyle;
        private String rootDirectory = "";
        private @Nullable Credentials credentials;
        private boolean encrypt;
        private @Nullable String keyId;
        private String storageClass = "STANDARD";
        private String objectAcl = "private";
        private long chunkSize = 10L << 20;
        private long multipartCopyChunkSize = 32L << 20;
        private int multipartCopyMaxConcurrency = 100;
        private long multipartCopyThresholdSize = 32L << 20;
        private boolean skipVerify;
        private boolean accelerate;
        private boolean useDualStack;
        private boolean useFips;
        private String userAgent = "";
        private boolean redirects = true;
        private @Nullable URI redirectEndpoint;
        private Checksums checksums = Checksums.AUTO;
        private int maxConnections = 256;
        private long spoolHeapBytes = 16L << 20;

        private Builder(String region, String bucket, Path spoolFolder) {
            this.region = region;
            this.bucket = bucket;
            this.spoolFolder = spoolFolder;
        }

        public Builder endpoint(@Nullable URI endpoint) {
            this.endpoint = endpoint;
            return this;
        }

        public Builder pathStyle(boolean pathStyle) {
            this.pathStyle = pathStyle;
            return this;
        }

        public Builder rootDirectory(String rootDirectory) {
            this.rootDirectory = rootDirectory;
            return this;
        }

        public Builder credentials(@Nullable Credentials credentials) {
            this.credentials = credentials;
            return this;
        }

        public Builder encrypt(boolean encrypt) {
            this.encrypt = encrypt;
            return this;
        }

        public Builder keyId(@Nullable String keyId) {
            this.keyId = keyId;
            return this;
        }

        public Builder storageClass(String storageClass) {
            this.storageClass = storageClass;
            return this;
        }

        public Builder objectAcl(String objectAcl) {
            this.objectAcl = objectAcl;
            return this;
        }

        public Builder chunkSize(long chunkSize) {
            this.chunkSize = chunkSize;
            return this;
        }

        public Builder multipartCopyChunkSize(long multipartCopyChunkSize) {
            this.multipartCopyChunkSize = multipartCopyChunkSize;
            return this;
        }

        public Builder multipartCopyMaxConcurrency(int multipartCopyMaxConcurrency) {
            this.multipartCopyMaxConcurrency = multipartCopyMaxConcurrency;
            return this;
        }

        public Builder multipartCopyThresholdSize(long multipartCopyThresholdSize) {
            this.multipartCopyThresholdSize = multipartCopyThresholdSize;
            return this;
        }

        public Builder skipVerify(boolean skipVerify) {
            this.skipVerify = skipVerify;
            return this;
        }

        public Builder accelerate(boolean accelerate) {
            this.accelerate = accelerate;
            return this;
        }

        public Builder useDualStack(boolean useDualStack) {
            this.useDualStack = useDualStack;
            return this;
        }

        public Builder useFips(boolean useFips) {
            this.useFips = useFips;
            return this;
        }

        public Builder userAgent(String userAgent) {
            this.userAgent = userAgent;
            return this;
        }

        public Builder redirects(boolean redirects) {
            this.redirects = redirects;
            return this;
        }

        public Builder redirectEndpoint(@Nullable URI redirectEndpoint) {
            this.redirectEndpoint = redirectEndpoint;
            return this;
        }

        public Builder checksums(Checksums checksums) {
            this.checksums = checksums;
            return this;
        }

        public Builder maxConnections(int maxConnections) {
            this.maxConnections = maxConnections;
            return this;
        }

        public Builder spoolHeapBytes(long spoolHeapBytes) {
            this.spoolHeapBytes = spoolHeapBytes;
            return this;
        }

        /**
         * The options as they are now.
         *
         * @throws IllegalArgumentException when a number is out of its range, naming it
         */
        public S3Options build() {
            return new S3Options(
                    region,
                    bucket,
                    endpoint,
                    pathStyle,
                    rootDirectory,
                    credentials,
                    encrypt,
                    keyId,
                    storageClass,
                    objectAcl,
                    chunkSize,
                    multipartCopyChunkSize,
                    multipartCopyMaxConcurrency,
                    multipartCopyThresholdSize,
                    skipVerify,
                    accelerate,
                    useDualStack,
                    useFips,
                    userAgent,
                    redirects,
                    redirectEndpoint,
                    checksums,
                    maxConnections,
                    spoolFolder,
                    spoolHeapBytes);
        }
    }
}
