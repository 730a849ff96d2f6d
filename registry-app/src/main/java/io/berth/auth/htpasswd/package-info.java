/**
 * Users and passwords of a file that {@code htpasswd -B} writes. A password is checked with bcrypt,
 * which is slow on purpose: what was checked is remembered, and what is to be checked waits in a
 * queue that is fair to clients.
 */
@NullMarked
package io.berth.auth.htpasswd;

import org.jspecify.annotations.NullMarked;
