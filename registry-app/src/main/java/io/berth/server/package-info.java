/**
 * The HTTP server: the configuration of Tomcat, the error responses outside the API, and the
 * graceful stop.
 */
@NullMarked
package io.berth.server;

import org.jspecify.annotations.NullMarked;
