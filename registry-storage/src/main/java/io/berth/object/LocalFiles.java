package io.berth.object;

import java.nio.file.Path;

/** The ability of a store to name the file that holds an object, for zero-copy transfer. */
public interface LocalFiles {

    /** The file of an object, which need not exist; it must not be written to. */
    Path path(ObjectKey key);
}
