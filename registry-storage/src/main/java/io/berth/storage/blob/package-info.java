/** The blobs of repositories: links, shared content and mounts. */
@NullMarked
package io.berth.storage.blob;

import org.jspecify.annotations.NullMarked;
