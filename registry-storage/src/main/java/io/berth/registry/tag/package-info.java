/** What must hold for a tag so that an operation changes it. */
@NullMarked
package io.berth.registry.tag;

import org.jspecify.annotations.NullMarked;
