package io.berth.name;

import io.berth.error.RegistryException;

/** What a manifest is asked for by: a tag or a digest, nothing else (distribution-spec, end-3). */
public sealed interface Reference permits Tag, Digest {

    /**
     * A colon makes it a digest, for no tag may hold one.
     *
     * @throws RegistryException DIGEST_INVALID or TAG_INVALID
     */
    static Reference of(String value) {
        return value.indexOf(':') >= 0 ? Digest.of(value) : Tag.of(value);
    }

    /** As it stands in a URL. */
    @Override
    String toString();
}
