package io.berth.config.tree;

/** Marks a type whose values no message may show, not even invalid ones. */
public interface Sensitive {}
