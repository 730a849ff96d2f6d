package io.berth.object;

import java.net.URI;

/** The ability of a store to let others read an object for a while. */
public interface PresignedLinks {

    /**
     * An address that answers a GET, also of a range, with the object: for whoever has it, until it
     * expires some minutes from now. Costs no request; whether the object is there is not looked
     * at.
     */
    URI link(ObjectKey key);
}
