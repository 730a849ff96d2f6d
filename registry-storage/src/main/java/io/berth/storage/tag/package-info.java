/** Tags: their pointers and their history. */
@NullMarked
package io.berth.storage.tag;

import org.jspecify.annotations.NullMarked;
