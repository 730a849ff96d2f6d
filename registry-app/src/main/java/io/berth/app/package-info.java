/** The program: its command line, and the one place where a registry is put together. */
@NullMarked
package io.berth.app;

import org.jspecify.annotations.NullMarked;
