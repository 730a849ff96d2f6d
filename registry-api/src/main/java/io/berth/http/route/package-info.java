/** The routes of the API: what the path of a request names, and which action answers it. */
@NullMarked
package io.berth.http.route;

import org.jspecify.annotations.NullMarked;
