/** Whether the registry serves and its store answers, for whoever watches over it. */
@NullMarked
package io.berth.health;

import org.jspecify.annotations.NullMarked;
