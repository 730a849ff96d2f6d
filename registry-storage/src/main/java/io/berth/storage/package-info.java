/**
 * The {@code Registry} that keeps its content in an object store: pushes and deletes of manifests,
 * and delegation to the packages below.
 */
@NullMarked
package io.berth.storage;

import org.jspecify.annotations.NullMarked;
