/** The sorted names in folders, of which those of large folders are cached. */
@NullMarked
package io.berth.object.disk.folder;

import org.jspecify.annotations.NullMarked;
