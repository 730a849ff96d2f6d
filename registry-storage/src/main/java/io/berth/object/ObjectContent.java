package io.berth.object;

import java.time.Instant;

/**
 * The content, the version and the time of a small object, all of the same write.
 *
 * @param bytes not copied, and must not be changed
 * @param version for {@link Condition#ifUnchanged}
 * @param modified when it was written, by the store's clock; the resolution may be a second
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of an answer, never compared
public record ObjectContent(byte[] bytes, Version version, Instant modified) {}
