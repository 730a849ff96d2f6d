/** Signed tokens (RFC 7515 and RFC 7519), whoever issues them: what verifiers of tokens share. */
@NullMarked
package io.berth.auth.jws;

import org.jspecify.annotations.NullMarked;
