/** Manifests and indexes, their parser, and the exact bytes that were pushed. */
@NullMarked
package io.berth.manifest;

import org.jspecify.annotations.NullMarked;
