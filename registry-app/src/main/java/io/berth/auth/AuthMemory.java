package io.berth.auth;

/**
 * The memory that authentication may use.
 *
 * @param tokenBytes for tokens that were verified, in bytes, roughly
 */
public record AuthMemory(long tokenBytes) {}
