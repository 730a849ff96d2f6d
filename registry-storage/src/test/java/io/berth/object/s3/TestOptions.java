package io.berth.object.s3;

import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.setting.CredentialSettings;
import io.berth.object.s3.setting.EndpointSettings;
import io.berth.object.s3.setting.LocationSettings;
import io.berth.object.s3.setting.MultipartSettings;
import io.berth.object.s3.setting.S3Settings;
import io.berth.object.s3.setting.S3Settings.LogLevel;
import io.berth.object.s3.setting.WriteSettings;
import io.berth.object.s3.setting.WriteSettings.Checksums;
import io.berth.object.s3.setting.WriteSettings.ObjectAcl;
import io.berth.object.s3.setting.WriteSettings.StorageClass;
import io.berth.setting.ByteSize;
import io.berth.setting.Secret;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Options of a bucket in a test server, with the smallest parts. */
final class TestOptions {

    private final String bucket;
    private final String region;
    private final Path spool;
    private URI endpoint;
    private @Nullable Secret accessKey;
    private @Nullable Secret secretKey;
    private String rootDirectory = "";
    private boolean redirects = true;
    private @Nullable URI redirectEndpoint;
    private int maxConnections = 256;

    TestOptions(String bucket, String region, URI endpoint, Path spool) {
        this.bucket = bucket;
        this.region = region;
        this.endpoint = endpoint;
        this.spool = spool;
    }

    TestOptions endpoint(URI endpoint) {
        this.endpoint = endpoint;
        return this;
    }

    TestOptions signedWith(String accessKey, String secretKey) {
        this.accessKey = new Secret(accessKey);
        this.secretKey = new Secret(secretKey);
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
        return new S3Options(settings(), redirects, 16L << 20);
    }

    private S3Settings settings() {
        return new S3Settings(
                new LocationSettings(region, bucket, rootDirectory),
                new CredentialSettings(accessKey, secretKey, null, true),
                endpointSettings(),
                new WriteSettings(
                        false, null, StorageClass.STANDARD, ObjectAcl.NONE, Checksums.AUTO),
                new MultipartSettings(
                        new ByteSize(MultipartSettings.MIN_PART),
                        new ByteSize(32L << 20),
                        100,
                        new ByteSize(32L << 20)),
                LogLevel.OFF,
                spool,
                new ByteSize(0));
    }

    private EndpointSettings endpointSettings() {
        return new EndpointSettings(
                endpoint.toString(),
                redirectEndpoint == null ? null : redirectEndpoint.toString(),
                null,
                true,
                false,
                false,
                false,
                false,
                null,
                maxConnections);
    }
}
