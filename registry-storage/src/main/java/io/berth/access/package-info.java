/** Who asks, and what the credentials of the request grant. */
@NullMarked
package io.berth.access;

import org.jspecify.annotations.NullMarked;
