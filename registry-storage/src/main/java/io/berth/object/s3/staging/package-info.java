/** Staged bytes of an upload, kept as immutable objects (pieces) until they are published. */
@NullMarked
package io.berth.object.s3.staging;

import org.jspecify.annotations.NullMarked;
