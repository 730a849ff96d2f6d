package io.berth.name;

import io.berth.error.RegistryException;

/**
 * The reference by which a client requests a manifest: a tag or a digest (distribution-spec,
 * end-3).
 */
public sealed interface Reference permits Tag, Digest {

    /**
     * Parses a reference. A text with a colon is a digest, because no tag may have one.
     *
     * @throws RegistryException DIGEST_INVALID or TAG_INVALID
     */
    static Reference of(String value) {
        return value.indexOf(':') >= 0 ? Digest.of(value) : Tag.of(value);
    }

    /** The text of the reference in a URL. */
    @Override
    String toString();
}
