/** The command {@code registry policy}: answers questions about a policy file, without a server. */
@NullMarked
package io.berth.cli.policy;

import org.jspecify.annotations.NullMarked;
