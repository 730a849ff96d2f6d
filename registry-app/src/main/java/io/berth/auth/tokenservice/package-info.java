/**
 * The service that issues tokens for this registry to clients with a password, and to those
 * without.
 */
@NullMarked
package io.berth.auth.tokenservice;

import org.jspecify.annotations.NullMarked;
