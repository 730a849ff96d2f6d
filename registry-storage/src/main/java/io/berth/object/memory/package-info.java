/** An object store in memory, for tests. */
@NullMarked
package io.berth.object.memory;

import org.jspecify.annotations.NullMarked;
