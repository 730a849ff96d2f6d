package io.berth.policy.content;

import io.berth.manifest.Manifest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which classes of manifests repositories take ({@code classes}). Immutable.
 *
 * @param own classes of the administrator; they count before the built-in ones
 * @param rules all of which must take a manifest
 */
public record ClassRules(List<ManifestClass> own, List<ClassRule> rules) {

    private static final ClassRules NONE = new ClassRules(List.of(), List.of());

    /**
     * @throws IllegalArgumentException when a class exists already, or a rule names one that does
     *     not exist
     */
    public ClassRules {
        own = List.copyOf(own);
        rules = List.copyOf(rules);
        Set<String> names = new HashSet<>(Set.of(ManifestClass.OTHER));
        ManifestClass.BUILT_IN.forEach(known -> names.add(known.name()));
        for (ManifestClass known : own) {
            if (!names.add(known.name())) {
                throw new IllegalArgumentException(
                        "own has the class \"" + known.name() + "\", which exists already");
            }
        }
        for (ClassRule rule : rules) {
            Stream.concat(rule.allow().stream(), rule.deny().stream())
                    .filter(name -> !names.contains(name))
                    .sorted()
                    .findFirst()
                    .ifPresent(
                            name -> {
                                throw new IllegalArgumentException(
                                        "the rule \"%s\" names the class \"%s\", which does not exist; there are %s"
                                                .formatted(
                                                        rule.name(),
                                                        name,
                                                        String.join(
                                                                ", ",
                                                                names.stream().sorted().toList())));
                            });
        }
    }

    /** Rules that refuse nothing. */
    public static ClassRules none() {
        return NONE;
    }

    /**
     * The name of the class of a manifest: that of the first class that matches, {@code other} if
     * none does. Empty for an index that is no artifact of its own: each of its manifests was
     * pushed as one.
     */
    Optional<String> classOf(Manifest manifest) {
        if (ManifestClass.hasNone(manifest)) {
            return Optional.empty();
        }
        return Optional.of(
                Stream.concat(own.stream(), ManifestClass.BUILT_IN.stream())
                        .filter(known -> known.matches(manifest))
                        .findFirst()
                        .map(ManifestClass::name)
                        .orElse(ManifestClass.OTHER));
    }
}
