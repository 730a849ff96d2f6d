/** Files of the administrator that are read again when they have changed. */
@NullMarked
package io.berth.reload;

import org.jspecify.annotations.NullMarked;
