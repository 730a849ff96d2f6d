/** The storage tree: its layout, its link files, and how it is walked. */
@NullMarked
package io.berth.storage.tree;

import org.jspecify.annotations.NullMarked;
