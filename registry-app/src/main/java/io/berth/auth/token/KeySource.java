package io.berth.auth.token;

/** Where the keys come from that tokens may be signed with. Safe for use by many threads. */
@FunctionalInterface
public interface KeySource {

    /**
     * The keys that are known at this moment.
     *
     * @throws io.berth.error.RegistryException UNAVAILABLE when none are known, because they cannot
     *     be read
     */
    TrustedKeys known();

    /**
     * The keys for a token whose key is not among {@link #known}: they may have been read again. An
     * implementation bounds how often that happens, because clients can send such tokens at will.
     */
    default TrustedKeys refreshed() {
        return known();
    }
}
