package io.berth.policy.tag;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.policy.tag.TagRule.Change;
import io.berth.registry.DeleteOutcome;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Keeps tags as rules say. The rules are evaluated by the registry behind this one, in the step in
 * which it writes or deletes a tag: a look here would come too early. A repository without a rule
 * costs no request to the store.
 *
 * <p>Where a rule refuses to delete tags of a repository, no blob of the repository can be deleted
 * either: an image that is kept may need it.
 */
public final class ProtectedTagsRegistry extends ForwardingRegistry {

    private final Supplier<List<TagRule>> rules;
    private final Clock clock;

    /**
     * @param rules the current ones, asked for once for each call; must not block
     */
    public ProtectedTagsRegistry(Registry next, Supplier<List<TagRule>> rules, Clock clock) {
        super(next);
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        TagProtection protection = protection(repository, Change.OVERWRITE);
        return super.putManifest(
                repository, manifest, tags, options.with(options.protection().and(protection)));
    }

    @Override
    public DeleteOutcome deleteManifest(
            RepositoryName repository, Digest digest, TagProtection protection) {
        return super.deleteManifest(
                repository, digest, protection.and(protection(repository, Change.DELETE)));
    }

    @Override
    public Optional<Digest> deleteTag(
            RepositoryName repository, Tag tag, TagProtection protection) {
        return super.deleteTag(
                repository, tag, protection.and(protection(repository, Change.DELETE)));
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        Instant now = clock.instant();
        for (TagRule rule : rules.get()) {
            if (rule.appliesTo(repository, Change.DELETE, now)) {
                throw new RegistryException(
                        ErrorCode.DENIED,
                        "blobs of %s must not be deleted: images that rule \"%s\" of this registry keeps may need them"
                                .formatted(repository, rule.name()),
                        Map.of("rule", rule.name()));
            }
        }
        super.deleteBlob(repository, digest);
    }

    private TagProtection protection(RepositoryName repository, Change change) {
        return RuleProtection.of(rules.get(), repository, change, clock);
    }
}
