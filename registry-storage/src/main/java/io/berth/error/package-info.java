/**
 * The error codes of the protocol, and their exceptions. Knows no HTTP: the web layer decides the
 * status of a code.
 */
@NullMarked
package io.berth.error;

import org.jspecify.annotations.NullMarked;
