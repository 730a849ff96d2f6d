package io.berth.object.s3.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.s3.bucket.S3Options.Checksums;
import io.berth.object.s3.bucket.S3Options.Credentials;
import io.berth.object.s3.bucket.S3Options.Endpoint;
import io.berth.object.s3.bucket.S3Options.Multipart;
import io.berth.object.s3.bucket.S3Options.Redirects;
import io.berth.object.s3.bucket.S3Options.SpoolOptions;
import io.berth.object.s3.bucket.S3Options.WriteOptions;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class S3OptionsTest {

    private static final long MIB = 1L << 20;

    private static Endpoint endpoint(String region, int maxConnections) {
        return new Endpoint(region, null, false, false, false, false, false, "", maxConnections);
    }

    private static S3Options options(String bucket, String region) {
        return new S3Options(
                bucket,
                "",
                endpoint(region, 256),
                new Credentials("the-key", "the-secret", "the-token"),
                new Multipart(10 * MIB, 32 * MIB, 100, 32 * MIB),
                new WriteOptions(false, null, "STANDARD", "private", Checksums.AUTO),
                new Redirects(true, null),
                new SpoolOptions(Path.of("spool"), 16 * MIB));
    }

    @Test
    void secretsAreNotShown() {
        assertThat(options("bucket", "region").toString())
                .contains("the-key")
                .doesNotContain("the-secret", "the-token");
    }

    static Stream<ThrowingCallable> wrong() {
        return Stream.of(
                () -> new Multipart(5 * MIB - 1, 32 * MIB, 100, 32 * MIB),
                () -> new Multipart((5L << 30) + 1, 32 * MIB, 100, 32 * MIB),
                () -> new Multipart(10 * MIB, 1, 100, 32 * MIB),
                () -> new Multipart(10 * MIB, 32 * MIB, 0, 32 * MIB),
                () -> new Multipart(10 * MIB, 32 * MIB, 100, (5L << 30) + 1),
                () -> endpoint("region", 0),
                () -> new SpoolOptions(Path.of("spool"), -1),
                () -> new WriteOptions(false, "id", "STANDARD", "private", Checksums.AUTO));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatCannotBeIsRefused(ThrowingCallable construction) {
        assertThatThrownBy(construction).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBucketHasAName() {
        assertThatThrownBy(() -> options("", "region")).hasMessageContaining("bucket");
        assertThatThrownBy(() -> options("bucket", "")).hasMessageContaining("region");
    }
}
