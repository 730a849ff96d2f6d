/** What responses consist of: errors, JSON documents, content of blobs, and shared headers. */
@NullMarked
package io.berth.http.response;

import org.jspecify.annotations.NullMarked;
