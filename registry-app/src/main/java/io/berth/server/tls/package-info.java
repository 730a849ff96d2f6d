/** TLS of the server: its settings, its files, and how they are read again when they change. */
@NullMarked
package io.berth.server.tls;

import org.jspecify.annotations.NullMarked;
