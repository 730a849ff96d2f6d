/** Blobs as repositories see them. */
@NullMarked
package io.berth.storage.blob;

import org.jspecify.annotations.NullMarked;
