package io.berth.registry;

import io.berth.name.Digest;
import io.berth.name.Tag;
import java.util.Map;
import java.util.Optional;

/**
 * What a push of a manifest changed. Immutable.
 *
 * @param previous what was there before; empty where it was not asked for ({@link
 *     PutOptions#reportsPrevious}), and where the registry cannot know, such as at the other end of
 *     an HTTP connection
 */
public record PutOutcome(Optional<Previous> previous) {

    private static final PutOutcome UNKNOWN = new PutOutcome(Optional.empty());

    /**
     * What was there before.
     *
     * @param linked whether the repository had the manifest. When replicas push a new manifest at
     *     the same time, several of them may be told that it was not there.
     * @param tags the digest that each tag had; without those that did not exist. A tag that was
     *     moved elsewhere while it was pushed has the digest of before both moves.
     */
    public record Previous(boolean linked, Map<Tag, Digest> tags) {

        public Previous {
            tags = Map.copyOf(tags);
        }
    }

    /** Where it is not known what was there before. */
    public static PutOutcome unknown() {
        return UNKNOWN;
    }

    public static PutOutcome of(Previous previous) {
        return new PutOutcome(Optional.of(previous));
    }
}
