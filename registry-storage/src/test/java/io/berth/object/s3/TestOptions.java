package io.berth.object.s3;

import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.bucket.S3Options.Checksums;
import io.berth.object.s3.bucket.S3Options.Credentials;
import io.berth.object.s3.bucket.S3Options.Endpoint;
import io.berth.object.s3.bucket.S3Options.Multipart;
import io.berth.object.s3.bucket.S3Options.Redirects;
import io.berth.object.s3.bucket.S3Options.SpoolOptions;
import io.berth.object.s3.bucket.S3Options.WriteOptions;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Options of a bucket in a test server, with the smallest parts. */
final class TestOptions {

    private final String bucket;
    private final String region;
    private final Path spool;
    private URI endpoint;
    private Credentials credentials;
    private String rootDirectory = "";
    private boolean redirects = true;
    private @Nullable URI redirectEndpoint;
    private int maxConnections = 256;

    TestOptions(String bucket, String region, URI endpoint, Credentials credentials, Path spool) {
        this.bucket = bucket;
        this.region = region;
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.spool = spool;
    }

    TestOptions endpoint(URI endpoint) {
        this.endpoint = endpoint;
        return this;
    }

    TestOptions credentials(Credentials credentials) {
        this.credentials = credentials;
        return this;
    }

    TestOptions rootDirectory(String rootDirectory) {
        this.rootDirectory = rootDirectory;
        return this;
    }

    TestOptions redirects(boolean redirects) {
        this.redirects = redirects;
        return this;
    }

    TestOptions redirectEndpoint(URI redirectEndpoint) {
        this.redirectEndpoint = redirectEndpoint;
        return this;
    }

    TestOptions maxConnections(int maxConnections) {
        this.maxConnections = maxConnections;
        return this;
    }

    S3Options build() {
        return new S3Options(
                bucket,
                rootDirectory,
                new Endpoint(
                        region, endpoint, true, false, false, false, false, "", maxConnections),
                credentials,
                new Multipart(S3Options.MIN_PART, 32L << 20, 100, 32L << 20),
                new WriteOptions(false, null, "STANDARD", "NONE", Checksums.AUTO),
                new Redirects(redirects, redirectEndpoint),
                new SpoolOptions(spool, 16L << 20));
    }
}
