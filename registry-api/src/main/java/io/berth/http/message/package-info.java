/**
 * Parts of HTTP messages as values: ranges, query strings, what a client accepts. Nothing here
 * knows a server or a registry.
 */
@NullMarked
package io.berth.http.message;

import org.jspecify.annotations.NullMarked;
