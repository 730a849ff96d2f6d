/** The audit log: a line of JSON for each decision. */
@NullMarked
package io.berth.logging.audit;

import org.jspecify.annotations.NullMarked;
