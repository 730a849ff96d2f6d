/** Doing things side by side, one after another, or once: threads, locks and background work. */
@NullMarked
package io.berth.concurrent;

import org.jspecify.annotations.NullMarked;
