package io.berth.object;

import java.nio.file.Path;

/**
 * The process was told to stop while it waited for another process to release the folder of a
 * store. The message has been logged; the folder is unchanged.
 */
public final class StoppedWhileWaitingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param folder that could not be opened yet
     * @param holder the process that uses it, as far as it is known
     */
    public StoppedWhileWaitingException(Path folder, String holder) {
        super("told to stop while " + folder + " was in use by " + holder);
    }
}
