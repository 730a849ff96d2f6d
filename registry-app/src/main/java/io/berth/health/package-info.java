/** Probes of orchestrators and load balancers, and the periodic check of the store. */
@NullMarked
package io.berth.health;

import org.jspecify.annotations.NullMarked;
