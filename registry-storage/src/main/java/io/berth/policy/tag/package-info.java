/** Rules that keep tags: no push moves them, or no delete removes them. */
@NullMarked
package io.berth.policy.tag;

import org.jspecify.annotations.NullMarked;
