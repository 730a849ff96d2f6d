/**
 * What an administrator allows: wrappers of the Registry contract that refuse or ask for less, and
 * otherwise pass on.
 */
@NullMarked
package io.berth.policy;

import org.jspecify.annotations.NullMarked;
