/** The caller of an operation, and what its credentials grant. */
@NullMarked
package io.berth.access;

import org.jspecify.annotations.NullMarked;
