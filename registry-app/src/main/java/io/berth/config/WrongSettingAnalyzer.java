package io.berth.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says that a setting is wrong where {@link WrongSettingException} ends the start. */
final class WrongSettingAnalyzer extends AbstractFailureAnalyzer<WrongSettingException> {

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, WrongSettingException cause) {
        return new FailureAnalysis(cause.getMessage(), UnboundSettingAnalyzer.ADVICE, rootFailure);
    }
}
