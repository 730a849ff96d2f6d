/** Bodies of requests and lists, and the memory that they may take. */
@NullMarked
package io.berth.http.body;

import org.jspecify.annotations.NullMarked;
