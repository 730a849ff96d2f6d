/**
 * Ownership of the tree, and the indexes derived from it: the catalog, referrers, and the tags of
 * each manifest. With them the cost of lists and deletes depends on their result only.
 */
@NullMarked
package io.berth.storage.index;

import org.jspecify.annotations.NullMarked;
