/**
 * A read-only mode that administrators switch while the registry runs, for all replicas at once.
 */
@NullMarked
package io.berth.readonly;

import org.jspecify.annotations.NullMarked;
