/**
 * The values of the protocol: names, tags, digests, descriptors, ranges. Each is valid by
 * construction.
 */
@NullMarked
package io.berth.name;

import org.jspecify.annotations.NullMarked;
