package io.berth.policy.tag;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.policy.tag.TagRule.Change;
import io.berth.registry.tag.TagProtection;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The protection of the tags of one repository by rules. Immutable.
 *
 * @param rules those that apply to the repository and the change
 */
record RuleProtection(List<TagRule> rules, RepositoryName repository, Change change, Clock clock)
        implements TagProtection {

    /** The protection by those of all rules that apply now. */
    static TagProtection of(
            List<TagRule> all, RepositoryName repository, Change change, Clock clock) {
        Instant now = clock.instant();
        List<TagRule> rules =
                all.stream().filter(rule -> rule.appliesTo(repository, change, now)).toList();
        return rules.isEmpty()
                ? TagProtection.none()
                : new RuleProtection(rules, repository, change, clock);
    }

    @Override
    public boolean covers(Tag tag) {
        return rules.stream().anyMatch(rule -> rule.covers(tag));
    }

    @Override
    public Optional<RegistryError> refusal(Tag tag, Digest present, Instant written) {
        Instant now = clock.instant();
        for (TagRule rule : rules) {
            if (rule.covers(tag)) {
                Instant end = rule.end(written);
                if (end == null || now.isBefore(end)) {
                    return Optional.of(refusal(rule, tag, present, end));
                }
            }
        }
        return Optional.empty();
    }

    /** The message has everything in it, because docker shows nothing else. */
    private RegistryError refusal(TagRule rule, Tag tag, Digest present, @Nullable Instant end) {
        String until = end == null ? "" : end.truncatedTo(ChronoUnit.SECONDS).toString();
        String message =
                "the tag %s of %s %s: rule \"%s\" of this registry keeps it%s"
                        .formatted(
                                tag,
                                repository,
                                change.refusal(),
                                rule.name(),
                                until.isEmpty() ? "" : " until " + until);
        Map<String, String> detail = new LinkedHashMap<>();
        detail.put("rule", rule.name());
        detail.put("tag", tag.value());
        detail.put("digest", present.toString());
        if (!until.isEmpty()) {
            detail.put("until", until);
        }
        return new RegistryError(ErrorCode.DENIED, message, detail);
    }
}
