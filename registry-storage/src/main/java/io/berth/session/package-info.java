/** The upload sessions of a registry, for those who administer it. */
@NullMarked
package io.berth.session;

import org.jspecify.annotations.NullMarked;
