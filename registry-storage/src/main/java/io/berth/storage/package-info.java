/**
 * The Registry contract over an object store: the storage tree and everything that is kept in it.
 */
@NullMarked
package io.berth.storage;

import org.jspecify.annotations.NullMarked;
