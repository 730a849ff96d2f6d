/**
 * Tokens and the keys that they are verified with, as the token specification of CNCF distribution
 * has them.
 */
@NullMarked
package io.berth.auth.token;

import org.jspecify.annotations.NullMarked;
