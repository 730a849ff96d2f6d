package io.berth.registry.tag;

import io.berth.name.Digest;
import java.util.Optional;

/**
 * What must hold for a tag so that a push moves it. The check and the move are atomic against other
 * pushes and deletes, if the store supports conditional writes. Immutable.
 */
public sealed interface TagCondition {

    /** Always holds. */
    record Any() implements TagCondition {}

    /** The tag does not exist; a tag that already points at the pushed manifest is refused, too. */
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
     * Whether the condition holds.
     *
     * @param present the digest that the tag points at; empty when the tag does not exist
     */
    default boolean holds(Optional<Digest> present) {
        return switch (this) {
            case Any() -> true;
            case IfAbsent() -> present.isEmpty();
            case IfAt(Digest digest) -> present.equals(Optional.of(digest));
        };
    }
}
