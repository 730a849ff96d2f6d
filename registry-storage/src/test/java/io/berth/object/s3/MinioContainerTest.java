package io.berth.object.s3;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.containers.MinIOContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The contract on MinIO, where the Docker engine already has its image; this test does not pull it.
 * The property {@code berth.test.minio} names another image.
 */
@MinioContainerTest.IfImageIsThere
class MinioContainerTest extends S3Contract {

    private static final String IMAGE =
            System.getProperty("berth.test.minio", "minio/minio:latest");

    @Retention(RetentionPolicy.RUNTIME)
    @ExtendWith(ImageIsThere.class)
    @interface IfImageIsThere {}

    /** Asks the Docker engine, because the library would try for minutes to pull an image. */
    static final class ImageIsThere implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return isThere()
                    ? ConditionEvaluationResult.enabled("the image is there")
                    : ConditionEvaluationResult.disabled("no Docker engine, or not " + IMAGE);
        }

        private static boolean isThere() {
            try {
                Process inspect =
                        new ProcessBuilder("docker", "image", "inspect", IMAGE)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start();
                return inspect.waitFor(10, TimeUnit.SECONDS) && inspect.exitValue() == 0;
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    private static @Nullable MinIOContainer server;

    @BeforeAll
    static synchronized void start() {
        if (server == null) {
            MinIOContainer started =
                    new MinIOContainer(
                            DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("minio/minio"));
            started.start();
            server = started;
        }
    }

    @Override
    TestBucket bucket() {
        MinIOContainer running = Objects.requireNonNull(server);
        TestBucket bucket =
                new TestBucket(
                        URI.create(running.getS3URL()),
                        "us-east-1",
                        "test",
                        running.getUserName(),
                        running.getPassword(),
                        spool);
        bucket.create();
        return bucket;
    }
}
