package io.berth.config;

import io.berth.config.tree.WrongSettingException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains which setting is wrong when a {@link WrongSettingException} ends the start. */
final class WrongSettingAnalyzer extends AbstractFailureAnalyzer<WrongSettingException> {

    private static final String ADVICE =
            "Correct it, and start again; docs/configuration.md explains every setting.";

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, WrongSettingException cause) {
        return new FailureAnalysis(cause.getMessage(), ADVICE, rootFailure);
    }
}
