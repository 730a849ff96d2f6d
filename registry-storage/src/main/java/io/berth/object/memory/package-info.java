/** An object store in memory, for tests and for registries without persistent content. */
@NullMarked
package io.berth.object.memory;

import org.jspecify.annotations.NullMarked;
