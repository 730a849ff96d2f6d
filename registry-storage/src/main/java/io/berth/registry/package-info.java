/**
 * The contract of a registry, in value types and without HTTP: one interface for each role, and
 * {@code Registry}, which extends them all.
 */
@NullMarked
package io.berth.registry;

import org.jspecify.annotations.NullMarked;
