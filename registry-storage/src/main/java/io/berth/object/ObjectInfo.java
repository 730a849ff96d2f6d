package io.berth.object;

import java.time.Instant;

/**
 * Facts about an object, all of the same write.
 *
 * @param size bytes
 * @param modified when it was last written, by the store's clock; a store may know it to the second
 *     where it is asked for one object, and more exactly in a listing
 * @param version for {@link Condition#ifUnchanged}, however large the object is
 */
public record ObjectInfo(long size, Instant modified, Version version) {}
