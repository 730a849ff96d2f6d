/** The command line: the main class, and a class for each subcommand. */
@NullMarked
package io.berth.cli;

import org.jspecify.annotations.NullMarked;
