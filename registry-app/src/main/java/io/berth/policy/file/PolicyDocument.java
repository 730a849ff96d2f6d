package io.berth.policy.file;

import io.berth.policy.access.AccessSection;
import io.berth.policy.content.ClassRules;
import io.berth.policy.quota.QuotasSection;
import io.berth.policy.tag.TagsSection;
import org.jspecify.annotations.Nullable;

/**
 * What the policy file says: a component for each section, {@code null} where the file has none. A
 * new section is a component more; its record is read as {@link RecordReader} explains. Immutable.
 *
 * @param access who may do what; {@code null}: as without a policy file
 * @param tags which tags stay
 * @param classes which classes of manifests repositories take
 * @param quotas how much repositories may hold
 */
public record PolicyDocument(
        @Nullable AccessSection access,
        @Nullable TagsSection tags,
        @Nullable ClassRules classes,
        @Nullable QuotasSection quotas) {

    /** Without any section, as where there is no policy file. */
    public static final PolicyDocument EMPTY = new PolicyDocument(null, null, null, null);
}
