package io.berth.policy.tag;

import io.berth.name.NamePatterns;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tags that stay as they are. Immutable.
 *
 * @param name of the rule, for messages
 * @param refused what is refused for these tags
 * @param until when the rule ends; {@code null}: never
 * @param keepFor how long after its last push a tag is protected; {@code null}: for ever. Pushing
 *     the same manifest again counts as a push.
 */
public record TagRule(
        String name,
        NamePatterns repositories,
        NamePatterns tags,
        Set<Change> refused,
        @Nullable Instant until,
        @Nullable Duration keepFor) {

    /** What can happen to an existing tag. */
    public enum Change {
        /** A push that moves it to another manifest. */
        OVERWRITE("must not be moved to another manifest"),
        /** A delete of the tag, or of the manifest that it points at. */
        DELETE("must not be deleted");

        private final String refusal;

        Change(String refusal) {
            this.refusal = refusal;
        }

        /** The end of a sentence that begins with the tag. */
        String refusal() {
            return refusal;
        }
    }

    /**
     * @throws IllegalArgumentException when the rule has no name, refuses nothing, or keeps tags
     *     for no time
     */
    public TagRule {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a rule for tags needs a name");
        }
        refused = Set.copyOf(refused);
        if (refused.isEmpty()) {
            throw new IllegalArgumentException(
                    "the rule \"" + name + "\" refuses nothing: name overwrite, delete, or both");
        }
        if (keepFor != null && !keepFor.isPositive()) {
            throw new IllegalArgumentException(
                    "the rule \"" + name + "\" keeps tags for " + keepFor + ", which is no time");
        }
    }

    /** Whether the rule refuses the change for some tags of the repository now. */
    boolean appliesTo(RepositoryName repository, Change change, Instant now) {
        return refused.contains(change)
                && (until == null || now.isBefore(until))
                && repositories.matches(repository.value());
    }

    boolean covers(Tag tag) {
        return tags.matches(tag.value());
    }

    /**
     * When the protection of a tag ends; {@code null}: never.
     *
     * @param written when the tag was last pushed
     */
    @Nullable Instant end(Instant written) {
        if (keepFor == null) {
            return until;
        }
        Instant own = written.plus(keepFor);
        return until != null && until.isBefore(own) ? until : own;
    }
}
