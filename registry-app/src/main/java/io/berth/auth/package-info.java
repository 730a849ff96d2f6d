/**
 * How clients authenticate ({@code auth}): the choice of authenticators, and the access control
 * that follows.
 */
@NullMarked
package io.berth.auth;

import org.jspecify.annotations.NullMarked;
