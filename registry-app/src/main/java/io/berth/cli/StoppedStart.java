package io.berth.cli;

import io.berth.object.disk.lock.StoppedWhileWaitingException;
import org.springframework.boot.SpringBootExceptionReporter;

/** A start that was told to stop has not failed, and has said so by the time that it ends. */
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
