/** What can be told of the header of a request before Tomcat parses it, and the room for it. */
@NullMarked
package io.berth.server.header;

import org.jspecify.annotations.NullMarked;
