/**
 * Who may do what: rules that an administrator writes, in the section {@code access} of the policy
 * file, and the decisions that follow from them.
 */
@NullMarked
package io.berth.policy.access;

import org.jspecify.annotations.NullMarked;
