/**
 * Data derived from the tree so that lists and deletes cost what they give: who owns the tree, the
 * catalog, referrers, and tags by manifest.
 */
@NullMarked
package io.berth.storage.index;

import org.jspecify.annotations.NullMarked;
