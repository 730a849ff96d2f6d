package io.berth.registry;

import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A blob that existed when it was requested. Its content never changes. If the blob is deleted
 * while it is read, an open stream goes on or throws; it never ends early as if complete. Safe for
 * use by many threads.
 */
public interface Blob {

    /** The digest as requested, the size, and the type {@code application/octet-stream}. */
    Descriptor descriptor();

    /**
     * A local file that holds exactly this content, for zero-copy transfer; empty where the content
     * is not a file of its own. Must not be written to.
     */
    default Optional<Path> file() {
        return Optional.empty();
    }

    /**
     * Opens part of the content. The stream gives exactly {@code range.length()} bytes or throws;
     * the caller closes it. Closing early is cheap.
     *
     * @param range inside the content
     * @throws io.berth.error.RegistryException BLOB_UNKNOWN when it was deleted meanwhile
     */
    InputStream open(ByteRange range);
}
