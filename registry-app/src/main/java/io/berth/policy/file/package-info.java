/**
 * The policy file: one file with all rules of the administrator, in sections, which counts as soon
 * as it changes. Each section is a record of the feature that it is for.
 */
@NullMarked
package io.berth.policy.file;

import org.jspecify.annotations.NullMarked;
