/** Limits of what a repository may hold. */
@NullMarked
package io.berth.policy.quota;

import org.jspecify.annotations.NullMarked;
