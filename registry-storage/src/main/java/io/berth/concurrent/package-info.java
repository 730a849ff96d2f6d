/** Threads, locks and background tasks. */
@NullMarked
package io.berth.concurrent;

import org.jspecify.annotations.NullMarked;
