/** The HTTP server below the protocol: Tomcat, its limits, and what it answers by itself. */
@NullMarked
package io.berth.server;

import org.jspecify.annotations.NullMarked;
