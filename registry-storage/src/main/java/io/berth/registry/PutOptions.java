package io.berth.registry;

import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;

/**
 * How a manifest is pushed. Immutable.
 *
 * @param references whether the content that the manifest refers to must exist
 * @param condition what must hold of each tag that is moved. A condition other than {@link
 *     TagCondition#any} costs one request to the store for each tag where there are no replicas.
 *     Replicas read the tags in any case; with a condition they read them first, which makes the
 *     longest chain of dependent requests longer by one.
 * @param protection tags that the push must not move. Each tag that it covers costs as much as a
 *     condition.
 * @param reportsPrevious whether the {@link PutOutcome} has the state before the push. That costs
 *     one request to the store for the manifest, and one for each tag where there are no replicas
 *     and there is no condition.
 */
public record PutOptions(
        ReferencePolicy references,
        TagCondition condition,
        TagProtection protection,
        boolean reportsPrevious) {

    private static final PutOptions DEFAULTS =
            new PutOptions(ReferencePolicy.STRICT, TagCondition.any(), TagProtection.none(), false);

    /** {@link ReferencePolicy#STRICT}, without conditions, without a report. */
    public static PutOptions defaults() {
        return DEFAULTS;
    }

    public PutOptions with(ReferencePolicy references) {
        return new PutOptions(references, condition, protection, reportsPrevious);
    }

    public PutOptions with(TagCondition condition) {
        return new PutOptions(references, condition, protection, reportsPrevious);
    }

    public PutOptions with(TagProtection protection) {
        return new PutOptions(references, condition, protection, reportsPrevious);
    }

    public PutOptions reportingPrevious() {
        return new PutOptions(references, condition, protection, true);
    }
}
