package io.berth.registry;

import io.berth.name.Digest;
import io.berth.name.Tag;
import java.util.Map;
import java.util.Optional;

/**
 * What a push of a manifest changed. Immutable.
 *
 * @param previous the state before the push; empty where it was not requested ({@link
 *     PutOptions#reportsPrevious}), and where the registry cannot know it, such as a client of
 *     another registry over HTTP
 */
public record PutOutcome(Optional<Previous> previous) {

    private static final PutOutcome UNKNOWN = new PutOutcome(Optional.empty());

    /**
     * The state before a push.
     *
     * @param linked whether the repository had the manifest. When replicas push the same new
     *     manifest at the same time, several of the pushes may report {@code false}.
     * @param tags the digest that each tag had, without tags that did not exist. If another push
     *     moved a tag at the same time, this is the digest before both moves.
     */
    public record Previous(boolean linked, Map<Tag, Digest> tags) {

        public Previous {
            tags = Map.copyOf(tags);
        }
    }

    /** The outcome when the state before the push is not known. */
    public static PutOutcome unknown() {
        return UNKNOWN;
    }

    public static PutOutcome of(Previous previous) {
        return new PutOutcome(Optional.of(previous));
    }
}
