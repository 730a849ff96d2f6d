/** The capability probe: finds out at start what the server of a bucket can do. */
@NullMarked
package io.berth.object.s3.probe;

import org.jspecify.annotations.NullMarked;
