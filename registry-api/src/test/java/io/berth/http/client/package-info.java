/** A registry at the other end of a connection, for tests. */
@NullMarked
package io.berth.http.client;

import org.jspecify.annotations.NullMarked;
