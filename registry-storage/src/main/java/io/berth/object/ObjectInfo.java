package io.berth.object;

import java.time.Instant;

/**
 * The metadata of an object, all of the same write.
 *
 * @param size bytes
 * @param modified when it was last written, by the store's clock; the resolution may be a second
 *     from {@link ObjectStore#head}, and finer in a listing
 * @param version for {@link Condition#ifUnchanged}, for objects of any size
 */
public record ObjectInfo(long size, Instant modified, Version version) {}
