/**
 * Objects that are written in one request or in parts, and the spooled bytes that wait to be sent.
 */
@NullMarked
package io.berth.object.s3.multipart;

import org.jspecify.annotations.NullMarked;
