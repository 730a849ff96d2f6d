package io.berth.object.disk.lock;

import java.nio.file.Path;

/**
 * The process was told to stop while it waited for another one to release the folder of a store.
 * The message has been logged; the folder is unchanged.
 */
public final class StoppedWhileWaitingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoppedWhileWaitingException(Path folder, String holder) {
        super("told to stop while " + folder + " was in use by " + holder);
    }
}
