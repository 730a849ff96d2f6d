/** The storage tree: its layout, its links, and sorted listings of its folders. */
@NullMarked
package io.berth.storage.tree;

import org.jspecify.annotations.NullMarked;
