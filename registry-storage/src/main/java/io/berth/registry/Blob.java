package io.berth.registry;

import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A blob that was there when it was asked for. Content never changes; it may be deleted while it is
 * read, in which case a stream that is open goes on or fails, and never ends early as if complete.
 */
public interface Blob {

    /** Digest as asked for, size in bytes, type {@code application/octet-stream}. */
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
