package io.berth.object;

import java.net.URI;

/** The ability of a store to let clients read an object directly for a limited time. */
public interface PresignedUrls {

    /**
     * A presigned URL, by which a client without credentials can GET the object or a range of it;
     * it expires after some minutes. Makes no request to the store, and does not check that the
     * object exists.
     */
    URI presignGet(ObjectKey key);
}
