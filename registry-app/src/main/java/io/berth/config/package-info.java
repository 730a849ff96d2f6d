/**
 * The settings: immutable records with valid values, bound from environment variables and other
 * sources under the names of CNCF distribution's configuration.
 */
@NullMarked
package io.berth.config;

import org.jspecify.annotations.NullMarked;
