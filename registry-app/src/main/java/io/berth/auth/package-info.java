/**
 * How clients prove who they are ({@code auth}): which way is chosen, and what follows from that.
 */
@NullMarked
package io.berth.auth;

import org.jspecify.annotations.NullMarked;
