/**
 * Collects settings from all sources in one tree, and binds records to it. Independent of which
 * settings there are.
 */
@NullMarked
package io.berth.config.tree;

import org.jspecify.annotations.NullMarked;
