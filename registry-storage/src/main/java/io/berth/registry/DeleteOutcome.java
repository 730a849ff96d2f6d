package io.berth.registry;

import io.berth.name.Tag;
import java.util.Optional;
import java.util.Set;

/**
 * What the delete of a manifest removed. Immutable.
 *
 * @param tags the tags that this call removed; those that an earlier call removed before it failed
 *     are not among them. Empty where the registry cannot know, such as a client of another
 *     registry over HTTP.
 */
public record DeleteOutcome(Optional<Set<Tag>> tags) {

    private static final DeleteOutcome UNKNOWN = new DeleteOutcome(Optional.empty());

    /** Where it is not known which tags were removed. */
    public static DeleteOutcome unknown() {
        return UNKNOWN;
    }

    public static DeleteOutcome of(Set<Tag> tags) {
        return new DeleteOutcome(Optional.of(Set.copyOf(tags)));
    }
}
