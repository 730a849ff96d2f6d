/** Clients whose name is in the certificate that they show. */
@NullMarked
package io.berth.auth.certificate;

import org.jspecify.annotations.NullMarked;
