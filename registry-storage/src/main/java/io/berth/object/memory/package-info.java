/** An object store in memory: for tests, and for registries that need not remember. */
@NullMarked
package io.berth.object.memory;

import org.jspecify.annotations.NullMarked;
