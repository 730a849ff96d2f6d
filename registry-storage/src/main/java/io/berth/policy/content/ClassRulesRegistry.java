package io.berth.policy.content;

import io.berth.access.Caller;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.policy.RefusalCounter;
import io.berth.policy.RefusalCounter.Refusal;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.Registry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses manifests of classes that a rule does not take, or logs them where the rule only warns.
 * Looks at the pushed manifest alone.
 */
public final class ClassRulesRegistry extends ForwardingRegistry {

    private static final Logger log = LoggerFactory.getLogger(ClassRulesRegistry.class);

    private static final String POLICY = "classes";

    private final Supplier<ClassRules> rules;
    private final RefusalCounter counter;

    /**
     * @param rules the current ones, asked for once for each push; must not block
     * @param counter counts what is refused, and what rules warn of
     */
    public ClassRulesRegistry(Registry next, Supplier<ClassRules> rules, RefusalCounter counter) {
        super(next);
        this.rules = rules;
        this.counter = counter;
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        ClassRules current = rules.get();
        if (!current.rules().isEmpty()) {
            Optional<String> manifestClass = current.classOf(manifest);
            manifestClass.ifPresent(
                    name ->
                            current.rules().stream()
                                    .filter(rule -> rule.refuses(repository, name))
                                    .forEach(rule -> refuse(rule, repository, manifest, name)));
        }
        return super.putManifest(repository, manifest, tags, options);
    }

    private void refuse(
            ClassRule rule, RepositoryName repository, Manifest manifest, String manifestClass) {
        counter.add(new Refusal(POLICY, rule.name(), manifestClass, !rule.warn()));
        if (rule.warn()) {
            Caller caller = Caller.current();
            log.warn(
                    "the rule \"{}\" would refuse {} in {}, of the class {}, pushed by {} {}",
                    rule.name(),
                    manifest.digest(),
                    repository,
                    manifestClass,
                    caller.name().isEmpty() ? "anonymous" : caller.name(),
                    caller.address());
            return;
        }
        throw new RegistryException(
                ErrorCode.DENIED,
                "%s does not take manifests of the class %s: rule \"%s\" of this registry refuses them"
                        .formatted(repository, manifestClass, rule.name()),
                Map.of("rule", rule.name(), "class", manifestClass));
    }
}
