/** The HTTP server: the set-up of Tomcat, its own error answers, and its graceful stop. */
@NullMarked
package io.berth.server;

import org.jspecify.annotations.NullMarked;
