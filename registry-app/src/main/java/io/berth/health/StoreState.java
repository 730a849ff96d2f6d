package io.berth.health;

import java.time.Instant;

/**
 * What is known about a store.
 *
 * @param up whether it answers
 * @param since when that began: with the first of the failures that it is down for, or with the
 *     first answer after them
 */
public record StoreState(boolean up, Instant since) {}
