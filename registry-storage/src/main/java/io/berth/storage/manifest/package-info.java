/** Manifests as repositories see them, what they need, and the tombstones of their deletes. */
@NullMarked
package io.berth.storage.manifest;

import org.jspecify.annotations.NullMarked;
