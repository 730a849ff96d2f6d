/**
 * Manifests and indexes: told apart, checked on the way in, and kept with the exact bytes they came
 * with.
 */
@NullMarked
package io.berth.manifest;

import org.jspecify.annotations.NullMarked;
