/**
 * Keys and bytes: what a place that keeps objects must be able to do. Knows nothing of registries.
 */
@NullMarked
package io.berth.object;

import org.jspecify.annotations.NullMarked;
