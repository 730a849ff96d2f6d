package io.berth.object;

import java.time.Instant;

/**
 * Facts about an object.
 *
 * @param size bytes
 * @param modified when it was last written, by the store's clock
 */
public record ObjectInfo(long size, Instant modified) {}
