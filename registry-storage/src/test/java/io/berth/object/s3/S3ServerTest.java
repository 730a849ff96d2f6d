package io.berth.object.s3;

import java.net.URI;
import java.util.Objects;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The contract on the server that environment variables name. */
@EnabledIfEnvironmentVariable(
        named = "REGISTRY_TEST_S3_ENDPOINT",
        matches = ".+",
        disabledReason =
                "no server is named: set REGISTRY_TEST_S3_ENDPOINT, _BUCKET, _REGION, _ACCESSKEY"
                        + " and _SECRETKEY")
class S3ServerTest extends S3Contract {

    @Override
    TestBucket bucket() {
        TestBucket bucket =
                new TestBucket(
                        URI.create(setting("ENDPOINT")),
                        setting("REGION"),
                        setting("BUCKET"),
                        setting("ACCESSKEY"),
                        setting("SECRETKEY"),
                        spool);
        bucket.create();
        return bucket;
    }

    /**
     * Ceph 16 answers some of several concurrent writes with 500, so that their outcome is unknown.
     */
    @Override
    protected boolean mayLoseAnswers() {
        return true;
    }

    private static String setting(String name) {
        String variable = "REGISTRY_TEST_S3_" + name;
        return Objects.requireNonNull(System.getenv(variable), variable);
    }
}
