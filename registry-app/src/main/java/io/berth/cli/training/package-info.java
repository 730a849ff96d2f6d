/** The training run from which the JVM makes its AOT cache. */
@NullMarked
package io.berth.cli.training;

import org.jspecify.annotations.NullMarked;
