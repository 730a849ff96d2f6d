package io.berth.registry;

import io.berth.name.Digest;
import java.util.Optional;

/**
 * What must hold of a tag for a push to move it; checked and acted upon as one step, whatever other
 * pushes and deletes do at the same time, if the store can do both in one step. Immutable.
 */
public sealed interface TagCondition {

    /** Whatever the tag points at. */
    record Any() implements TagCondition {}

    /** There is no such tag; not even one that points at the manifest already. */
    record IfAbsent() implements TagCondition {}

    /** The tag points at the manifest with this digest. */
    record IfAt(Digest digest) implements TagCondition {}

    static TagCondition any() {
        return new Any();
    }

    static TagCondition ifAbsent() {
        return new IfAbsent();
    }

    static TagCondition ifAt(Digest digest) {
        return new IfAt(digest);
    }

    /**
     * Whether it holds.
     *
     * @param present the digest that the tag has; empty when there is no such tag
     */
    default boolean holds(Optional<Digest> present) {
        return switch (this) {
            case Any() -> true;
            case IfAbsent() -> present.isEmpty();
            case IfAt(Digest digest) -> present.equals(Optional.of(digest));
        };
    }
}
