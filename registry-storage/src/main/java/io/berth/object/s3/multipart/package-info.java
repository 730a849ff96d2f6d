/**
 * Writes objects in one request or as multipart uploads, and spools the bytes until they are sent.
 */
@NullMarked
package io.berth.object.s3.multipart;

import org.jspecify.annotations.NullMarked;
