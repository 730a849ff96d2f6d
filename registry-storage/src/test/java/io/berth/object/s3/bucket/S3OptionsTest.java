package io.berth.object.s3.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Options and settings that others than administrators make. */
class S3OptionsTest {

    private static final long MIB = 1L << 20;

    private static EndpointSettings endpoint(int maxConnections) {
        return new EndpointSettings(
                null, null, null, true, false, false, false, false, null, maxConnections);
    }

    private static MultipartSettings multipart(
            long chunk, long copyChunk, int concurrency, long threshold) {
        return new MultipartSettings(
                new ByteSize(chunk), new ByteSize(copyChunk), concurrency, new ByteSize(threshold));
    }

    private static WriteSettings writes(String keyId) {
        return new WriteSettings(
                false, keyId, StorageClass.STANDARD, ObjectAcl.PRIVATE, Checksums.AUTO);
    }

    private static S3Options options(String bucket, String region, long spoolBytes) {
        return new S3Options(
                new S3Settings(
                        new LocationSettings(region, bucket, ""),
                        new CredentialSettings(
                                new Secret("the-key"),
                                new Secret("the-secret"),
                                new Secret("the-token"),
                                true),
                        endpoint(256),
                        writes(""),
                        multipart(10 * MIB, 32 * MIB, 100, 32 * MIB),
                        LogLevel.OFF,
                        null,
                        new ByteSize(0)),
                true,
                spoolBytes);
    }

    @Test
    void secretsAreNotShown() {
        assertThat(options("bucket", "region", 16 * MIB).toString())
                .contains("bucket")
                .doesNotContain("the-key", "the-secret", "the-token");
    }

    static Stream<ThrowingCallable> wrong() {
        return Stream.of(
                () -> multipart(5 * MIB - 1, 32 * MIB, 100, 32 * MIB),
                () -> multipart((5L << 30) + 1, 32 * MIB, 100, 32 * MIB),
                () -> multipart(10 * MIB, 1, 100, 32 * MIB),
                () -> multipart(10 * MIB, 32 * MIB, 0, 32 * MIB),
                () -> multipart(10 * MIB, 32 * MIB, 100, (5L << 30) + 1),
                () -> endpoint(0),
                () -> options("bucket", "region", -1),
                () -> writes("id"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatCannotBeIsRefused(ThrowingCallable construction) {
        assertThatThrownBy(construction).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBucketHasAName() {
        assertThatThrownBy(() -> options("", "region", 0)).hasMessageContaining("bucket");
        assertThatThrownBy(() -> options("bucket", "", 0)).hasMessageContaining("region");
    }
}
