package io.berth.health;

import java.time.Instant;

/**
 * The health of the store.
 *
 * @param up whether it is available
 * @param since when it became available or unavailable: at the first success after failures, or at
 *     the first of the failures in a row
 */
public record StoreHealth(boolean up, Instant since) {}
