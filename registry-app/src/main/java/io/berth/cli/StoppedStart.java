package io.berth.cli;

import io.berth.object.StoppedWhileWaitingException;
import org.springframework.boot.SpringBootExceptionReporter;

/** Reports nothing when a start was told to stop: that is no failure, and has been logged. */
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
