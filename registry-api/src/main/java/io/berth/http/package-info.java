/**
 * The wire protocol of a registry over the {@code Registry} contract: one table of routes, one
 * controller for each resource, one place that answers errors.
 */
@NullMarked
package io.berth.http;

import org.jspecify.annotations.NullMarked;
