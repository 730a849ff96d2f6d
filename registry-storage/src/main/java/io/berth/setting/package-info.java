/**
 * What records of settings are made of: defaults, types of values and checks. Each feature has its
 * own record; the records are bound from all sources elsewhere.
 */
@NullMarked
package io.berth.setting;

import org.jspecify.annotations.NullMarked;
