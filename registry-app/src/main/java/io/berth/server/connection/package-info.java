/**
 * Connections of the server: their limits, buffers and minimum data rates, and the threads that
 * serve their requests.
 */
@NullMarked
package io.berth.server.connection;

import org.jspecify.annotations.NullMarked;
