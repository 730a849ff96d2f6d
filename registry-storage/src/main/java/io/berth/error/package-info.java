/**
 * What can go wrong, as the protocol names it. Knows no HTTP: the status of a code is decided by
 * the web layer.
 */
@NullMarked
package io.berth.error;

import org.jspecify.annotations.NullMarked;
