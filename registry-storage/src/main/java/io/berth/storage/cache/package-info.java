/** What the storage was seen to hold, remembered for a while and within a bound of memory. */
@NullMarked
package io.berth.storage.cache;

import org.jspecify.annotations.NullMarked;
