/** Refuses new uploads before a disk is full. */
@NullMarked
package io.berth.policy.space;

import org.jspecify.annotations.NullMarked;
