package io.berth.policy.tag;

import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.policy.access.RepositoryGlob;
import io.berth.policy.access.TextGlob;
import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import io.berth.setting.SettingChecks;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tags that stay as they are. Immutable.
 *
 * @param name of the rule, for messages
 * @param repositories one of which a repository has to be
 * @param tags one of which a tag has to be
 * @param except tags that the rule is not about although they are among {@code tags}
 * @param refuse what is refused for these tags
 * @param until when the rule ends; {@code null}: never
 * @param keepFor how long after its last push a tag is protected; {@code null}: for ever. Pushing
 *     the same manifest again counts as a push.
 */
public record TagRule(
        @DefaultValue("") String name,
        List<RepositoryGlob> repositories,
        List<TextGlob> tags,
        List<TextGlob> except,
        List<Change> refuse,
        @Nullable Instant until,
        @Nullable GoDuration keepFor) {

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
     * @throws IllegalArgumentException when the rule is for nothing or refuses nothing
     */
    public TagRule {
        repositories = List.copyOf(repositories);
        tags = List.copyOf(tags);
        except = List.copyOf(except);
        refuse = List.copyOf(refuse);
        SettingChecks.refuseIf(name.isBlank(), "name is missing: error messages show it");
        SettingChecks.refuseIf(
                repositories.isEmpty(),
                "repositories is missing: name patterns such as library/app or team/**");
        SettingChecks.refuseIf(
                tags.isEmpty(), "tags is missing: name patterns such as v*, or \"*\" for all");
        SettingChecks.refuseIf(
                refuse.isEmpty(), "refuse is missing: name overwrite, delete, or both");
        SettingChecks.refuseIf(
                keepFor != null && !keepFor.duration().isPositive(),
                "keepfor is 0, so that the rule would keep nothing");
    }

    /** Whether the rule refuses the change for some tags of the repository now. */
    boolean appliesTo(RepositoryName repository, Change change, Instant now) {
        return refuse.contains(change)
                && (until == null || now.isBefore(until))
                && repositories.stream().anyMatch(glob -> glob.matches(repository.value()));
    }

    boolean covers(Tag tag) {
        return tags.stream().anyMatch(glob -> glob.matches(tag.value()))
                && except.stream().noneMatch(glob -> glob.matches(tag.value()));
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
        Instant own = written.plus(keepFor.duration());
        return until != null && until.isBefore(own) ? until : own;
    }
}
