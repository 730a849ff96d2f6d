/**
 * A bucket: how it is reached, what its server can do, and the requests that read, write, list and
 * delete its objects.
 */
@NullMarked
package io.berth.object.s3.bucket;

import org.jspecify.annotations.NullMarked;
