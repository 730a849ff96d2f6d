/**
 * Composes the settings records of all features, and binds them from environment variables and
 * other sources under the names of CNCF distribution's configuration.
 */
@NullMarked
package io.berth.config;

import org.jspecify.annotations.NullMarked;
