/**
 * Settings from all sources as one tree of names, and records that are bound to it. Knows the form
 * of settings, and none by name.
 */
@NullMarked
package io.berth.config.tree;

import org.jspecify.annotations.NullMarked;
