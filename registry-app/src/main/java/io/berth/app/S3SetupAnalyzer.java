package io.berth.app;

import io.berth.object.s3.bucket.S3SetupException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains why a bucket cannot be used, and what to do, when an {@link S3SetupException} ends the
 * start.
 */
final class S3SetupAnalyzer extends AbstractFailureAnalyzer<S3SetupException> {

    private static final String SETTINGS =
            "The settings are called storage.s3.bucket, storage.s3.secretkey and so on;"
                    + " docs/configuration.md says what each can be.";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, S3SetupException cause) {
        return new FailureAnalysis(
                cause.problem(), cause.advice() + "\n\n" + SETTINGS, rootFailure);
    }
}
