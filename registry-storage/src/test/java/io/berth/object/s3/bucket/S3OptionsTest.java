package io.berth.object.s3.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.s3.bucket.S3Options.Builder;
import io.berth.object.s3.bucket.S3Options.Checksums;
import io.berth.object.s3.bucket.S3Options.Credentials;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class S3OptionsTest {

    private static final Path SPOOL = Path.of("spool");

    private static Builder builder() {
        return S3Options.builder("region", "bucket", SPOOL);
    }

    @Test
    void defaultsAreThoseOfOtherRegistries() {
        assertThat(builder().build())
                .isEqualTo(
                        new S3Options(
                                "region",
                                "bucket",
                                null,
                                false,
                                "",
                                null,
                                false,
                                null,
                                "STANDARD",
                                "private",
                                10L << 20,
                                32L << 20,
                                100,
                                32L << 20,
                                false,
                                false,
                                false,
                                false,
                                "",
                                true,
                                null,
                                Checksums.AUTO,
                                256,
                                SPOOL,
                                16L << 20));
    }

    @Test
    void eachOptionIsSet() {
        URI endpoint = URI.create("http://host:9000");
        URI redirect = URI.create("https://public");
        Credentials credentials = new Credentials("key", "secret", "token");

        S3Options options =
                builder()
                        .endpoint(endpoint)
                        .pathStyle(true)
                        .rootDirectory("/root")
                        .credentials(credentials)
                        .encrypt(true)
                        .keyId("id")
                        .storageClass("NONE")
                        .objectAcl("public-read")
                        .chunkSize(20L << 20)
                        .multipartCopyChunkSize(21L << 20)
                        .multipartCopyMaxConcurrency(22)
                        .multipartCopyThresholdSize(23L << 20)
                        .skipVerify(true)
                        .accelerate(true)
                        .useDualStack(true)
                        .useFips(true)
                        .userAgent("agent")
                        .redirects(false)
                        .redirectEndpoint(redirect)
                        .checksums(Checksums.NEVER)
                        .maxConnections(24)
                        .spoolHeapBytes(25L << 20)
                        .build();

        assertThat(options)
                .isEqualTo(
                        new S3Options(
                                "region",
                                "bucket",
                                endpoint,
                                true,
                                "/root",
                                credentials,
                                true,
                                "id",
                                "NONE",
                                "public-read",
                                20L << 20,
                                21L << 20,
                                22,
                                23L << 20,
                                true,
                                true,
                                true,
                                true,
                                "agent",
                                false,
                                redirect,
                                Checksums.NEVER,
                                24,
                                SPOOL,
                                25L << 20));
    }

    @Test
    void secretsAreNotShown() {
        String shown =
                builder()
                        .credentials(new Credentials("the-key", "the-secret", "the-token"))
                        .build()
                        .toString();

        assertThat(shown).contains("the-key").doesNotContain("the-secret", "the-token");
    }

    static Stream<Consumer<Builder>> wrong() {
        return Stream.of(
                b -> b.chunkSize((5L << 20) - 1),
                b -> b.chunkSize((5L << 30) + 1),
                b -> b.multipartCopyChunkSize(1),
                b -> b.multipartCopyMaxConcurrency(0),
                b -> b.multipartCopyThresholdSize((5L << 30) + 1),
                b -> b.maxConnections(0),
                b -> b.spoolHeapBytes(-1),
                b -> b.keyId("id"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatCannotBeIsRefused(Consumer<Builder> change) {
        Builder builder = builder();
        change.accept(builder);

        assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBucketHasAName() {
        assertThatThrownBy(() -> S3Options.builder("region", "", SPOOL).build())
                .hasMessageContaining("bucket");
        assertThatThrownBy(() -> S3Options.builder("", "bucket", SPOOL).build())
                .hasMessageContaining("region");
    }
}
