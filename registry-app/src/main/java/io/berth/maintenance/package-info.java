/** What is done again and again in the background, over the registry's maintenance role. */
@NullMarked
package io.berth.maintenance;

import org.jspecify.annotations.NullMarked;
