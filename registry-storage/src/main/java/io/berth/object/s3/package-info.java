/** An object store in a bucket of Amazon S3, or of a server that implements its protocol. */
@NullMarked
package io.berth.object.s3;

import org.jspecify.annotations.NullMarked;
