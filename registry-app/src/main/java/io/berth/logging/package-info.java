/** What is written to the log, and how much of it. */
@NullMarked
package io.berth.logging;

import org.jspecify.annotations.NullMarked;
