/** Caches of what the store was seen to hold, bounded in time and memory. */
@NullMarked
package io.berth.storage.cache;

import org.jspecify.annotations.NullMarked;
