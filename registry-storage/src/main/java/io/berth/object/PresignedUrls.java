package io.berth.object;

import java.net.URI;

/** The ability of a store to let clients read an object directly, for a while. */
public interface PresignedUrls {

    /**
     * A presigned URL: it answers a GET, also of a range, with the object, needs no credentials,
     * and expires after some minutes. Makes no request, and does not check that the object exists.
     */
    URI presignGet(ObjectKey key);
}
