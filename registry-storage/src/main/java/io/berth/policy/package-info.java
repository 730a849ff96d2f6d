/**
 * Decorators of {@code Registry} that enforce an administrator's policies: each refuses or relaxes
 * some calls and forwards all others.
 */
@NullMarked
package io.berth.policy;

import org.jspecify.annotations.NullMarked;
