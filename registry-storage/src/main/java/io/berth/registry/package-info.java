/**
 * Everything that can be asked of a registry, in value types and without HTTP; split by role and
 * summed.
 */
@NullMarked
package io.berth.registry;

import org.jspecify.annotations.NullMarked;
