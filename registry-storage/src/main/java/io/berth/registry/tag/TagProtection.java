package io.berth.registry.tag;

import io.berth.error.RegistryError;
import io.berth.name.Digest;
import io.berth.name.Tag;
import java.time.Instant;
import java.util.Optional;

/**
 * Which existing tags one operation must leave as they are. A push checks it in the same step in
 * which it moves a tag, as a {@link TagCondition}: it never moves a protected tag to another
 * manifest, and may point it at the same one again. A delete checks it before it removes anything.
 * Safe for use by many threads.
 */
public interface TagProtection {

    /**
     * Whether the tag may be protected. A tag that is not covered is not read for its protection
     * and so costs nothing.
     */
    boolean covers(Tag tag);

    /**
     * Decides about a tag that is covered and exists.
     *
     * @param present the digest that the tag points at
     * @param written when it was last written, by the store's clock; the resolution may be a second
     * @return the error of the operation; empty when the tag may be changed
     */
    Optional<RegistryError> refusal(Tag tag, Digest present, Instant written);

    /** The protection by this one and another. */
    default TagProtection and(TagProtection other) {
        if (equals(none()) || other.equals(none())) {
            return equals(none()) ? other : this;
        }
        TagProtection one = this;
        return new TagProtection() {
            @Override
            public boolean covers(Tag tag) {
                return one.covers(tag) || other.covers(tag);
            }

            @Override
            public Optional<RegistryError> refusal(Tag tag, Digest present, Instant written) {
                return refusal(one, tag, present, written)
                        .or(() -> refusal(other, tag, present, written));
            }

            private static Optional<RegistryError> refusal(
                    TagProtection part, Tag tag, Digest present, Instant written) {
                return part.covers(tag) ? part.refusal(tag, present, written) : Optional.empty();
            }
        };
    }

    /** Protects nothing. */
    static TagProtection none() {
        return None.INSTANCE;
    }

    /** The protection of nothing. */
    enum None implements TagProtection {
        INSTANCE;

        @Override
        public boolean covers(Tag tag) {
            return false;
        }

        @Override
        public Optional<RegistryError> refusal(Tag tag, Digest present, Instant written) {
            return Optional.empty();
        }
    }
}
