package io.berth.cli;

import io.berth.object.StoppedWhileWaitingException;
import org.springframework.boot.SpringBootExceptionReporter;

/**
 * Suppresses Spring's failure report when the process is told to stop during its start: that is no
 * failure, and is logged elsewhere.
 */
final class StoppedStart implements SpringBootExceptionReporter {

    @Override
    public boolean reportException(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StoppedWhileWaitingException) {
                return true;
            }
        }
        return false;
    }
}
