package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.s3.S3TestServer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Starts that cannot succeed end with a sentence that says what to do. */
@ExtendWith(OutputCaptureExtension.class)
class S3StartTest {

    private static final String PASSWORD = "not-the-password";

    private static S3TestServer s3;

    @BeforeAll
    static void open() {
        s3 = new S3TestServer();
    }

    @AfterAll
    static void close() {
        s3.close();
    }

    @Test
    void withoutABucket(CapturedOutput output) {
        fail(Map.of("storage.s3.bucket", "other"));

        assertThat(output)
                .contains("There is no bucket other", "storage.s3.bucket")
                .doesNotContain("\tat ");
    }

    @Test
    void withAWrongPassword(CapturedOutput output) {
        fail(Map.of("storage.s3.secretkey", PASSWORD));

        assertThat(output)
                .contains(
                        "The secret key does not belong to the access key", "storage.s3.secretkey")
                .doesNotContain(PASSWORD)
                .doesNotContain("\tat ");
    }

    @Test
    void withHalfOfTheCredentials(CapturedOutput output) {
        fail(Map.of("storage.s3.accesskey", "", "storage.s3.secretkey", PASSWORD));

        assertThat(output)
                .contains("storage.s3.accesskey is not: set both")
                .doesNotContain(PASSWORD)
                .doesNotContain("\tat ");
    }

    @Test
    void whereNobodyListens(CapturedOutput output) {
        fail(Map.of("storage.s3.regionendpoint", "http://127.0.0.1:1"));

        assertThat(output).contains("http://127.0.0.1:1").doesNotContain("\tat ");
    }

    @Test
    void withoutRoomForParts(CapturedOutput output) {
        fail(Map.of("storage.s3.spooldirectory", "/dev/null"));

        assertThat(output)
                .contains("The setting storage.s3.spooldirectory does not work", "/dev/null")
                .doesNotContain("\tat ");
    }

    @Test
    void withTwoPlaces(CapturedOutput output) {
        fail(Map.of("storage.filesystem.rootdirectory", "/srv/registry"));

        assertThat(output)
                .contains("content is kept in one place: remove one of them.")
                .doesNotContain("\tat ");
    }

    @Test
    void withAWrongNumber(CapturedOutput output) {
        fail(Map.of("storage.s3.chunksize", "1MiB"));

        assertThat(output).contains("storage.s3.chunksize (", ") is 1048576, but must be");
        S3OverHttpTest.assertShowsNoSecret(output);
    }

    private static void fail(Map<String, String> settings) {
        Map<String, String> all = TestServer.settingsFor(s3);
        all.putAll(settings);

        assertThatThrownBy(() -> TestServer.with(all).close()).isInstanceOf(RuntimeException.class);
    }
}
