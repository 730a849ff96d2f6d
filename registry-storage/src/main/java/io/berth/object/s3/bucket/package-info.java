/**
 * A bucket: its clients, the capabilities of its server, and the requests that read, write, list
 * and delete its objects.
 */
@NullMarked
package io.berth.object.s3.bucket;

import org.jspecify.annotations.NullMarked;
