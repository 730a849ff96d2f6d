/** The step between the parsed path of a request and its action: who asks, and may they. */
@NullMarked
package io.berth.http.access;

import org.jspecify.annotations.NullMarked;
