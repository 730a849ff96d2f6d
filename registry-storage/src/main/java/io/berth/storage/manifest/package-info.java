/** The manifests of repositories, the check of their references, and the tombstones of deletes. */
@NullMarked
package io.berth.storage.manifest;

import org.jspecify.annotations.NullMarked;
