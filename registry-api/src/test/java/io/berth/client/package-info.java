/** A registry on a server, reached by HTTP, and connections to one byte by byte: for tests. */
@NullMarked
package io.berth.client;

import org.jspecify.annotations.NullMarked;
