/** Upload sessions and their purge. */
@NullMarked
package io.berth.storage.upload;

import org.jspecify.annotations.NullMarked;
