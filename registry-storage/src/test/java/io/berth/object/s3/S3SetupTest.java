package io.berth.object.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.bucket.S3SetupException;
import java.net.ServerSocket;
import java.net.URI;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** What the administrator is told when a bucket cannot be used. */
class S3SetupTest extends S3Fixture {

    private AbstractThrowableAssert<?, ?> opening(S3Options options) {
        return assertThatThrownBy(() -> S3Store.open(options, TestBucket.PROBES).close())
                .isInstanceOfSatisfying(
                        S3SetupException.class,
                        e -> {
                            assertThat(e.problem()).matches("[A-Z].*\\.");
                            assertThat(e.advice()).matches("[A-Z].*\\.");
                            assertThat(e.getMessage())
                                    .doesNotContain(S3TestServer.SECRET_KEY, "s3cr3t");
                        });
    }

    @Test
    void aBucketThatIsNotThere() {
        TestBucket other =
                new TestBucket(
                        bucket.endpoint(),
                        S3TestServer.REGION,
                        "nowhere",
                        S3TestServer.ACCESS_KEY,
                        S3TestServer.SECRET_KEY,
                        SPOOL);

        opening(other.options("").build())
                .hasMessageContaining("There is no bucket nowhere at http://127.0.0.1");
    }

    @Test
    void anAccessKeyThatIsNotKnown() {
        opening(bucket.options("").signedWith("who", "s3cr3t").build())
                .hasMessageContaining("access key is unknown");
    }

    @Test
    void aSecretKeyThatIsWrong() {
        opening(bucket.options("").signedWith(S3TestServer.ACCESS_KEY, "s3cr3t").build())
                .hasMessageContaining("secret key does not belong to the access key");
    }

    @Test
    void aServerThatIsNotThere() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }

        opening(bucket.options("").endpoint(URI.create("http://127.0.0.1:" + port)).build())
                .hasMessageContaining("Cannot connect to the server at http://127.0.0.1:" + port);
    }

    @Test
    void aHostThatIsNotThere() {
        opening(bucket.options("").endpoint(URI.create("http://host.invalid")).build())
                .hasMessageContaining("The host name cannot be resolved at http://host.invalid");
    }

    @Test
    void aServerThatSpeaksNoTls() {
        URI tls = URI.create("https://127.0.0.1:" + bucket.endpoint().getPort());

        opening(bucket.options("").endpoint(tls).build())
                .hasMessageContaining("has no trusted certificate");
    }

    @Test
    void capabilitiesCanBeRead() {
        assertThat(ALL.toString()).startsWith("can: create if absent").doesNotContain("cannot");
        assertThat(NONE.toString())
                .isEqualTo(
                        "can: quoted etags; cannot: create if absent, replace if unchanged, delete"
                                + " if unchanged, complete if absent, etag is MD5, etags in listings, SHA-256, batch"
                                + " delete, presigned links");
    }
}
