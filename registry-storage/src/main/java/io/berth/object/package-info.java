/** The contract of an object store: keys, bytes and conditions. Knows nothing of registries. */
@NullMarked
package io.berth.object;

import org.jspecify.annotations.NullMarked;
