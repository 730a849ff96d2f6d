/**
 * Defaults, types of values and checks for settings records. Each feature has its own record;
 * {@code io.berth.config} binds the records from all sources.
 */
@NullMarked
package io.berth.setting;

import org.jspecify.annotations.NullMarked;
