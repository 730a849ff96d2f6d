package io.berth.config.tree;

/** A value that no message may show, not even when it is wrong. */
public interface NotShown {}
