/** The lock that keeps a second process out of a store's folder, and waiting for it. */
@NullMarked
package io.berth.object.disk.lock;

import org.jspecify.annotations.NullMarked;
