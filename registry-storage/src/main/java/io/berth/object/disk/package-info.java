/** An object store on the local disk. */
@NullMarked
package io.berth.object.disk;

import org.jspecify.annotations.NullMarked;
