package io.berth.health;

import java.time.Instant;

/**
 * The health of the store.
 *
 * @param up whether it is available
 * @param since when it became so: at the first of the failures in a row, or at the first success
 *     after them
 */
public record StoreHealth(boolean up, Instant since) {}
