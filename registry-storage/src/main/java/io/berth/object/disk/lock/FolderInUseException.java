package io.berth.object.disk.lock;

import java.nio.file.Path;

/** Another process uses the folder of a store; the message says which, as far as it is known. */
public final class FolderInUseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FolderInUseException(Path folder, String holder) {
        super("the folder " + folder + " is in use by " + holder);
    }
}
