package io.berth.registry;

/**
 * How a manifest is pushed. Immutable.
 *
 * @param references what the manifest must find in its repository
 * @param condition what must hold of each tag that is moved. Any other than {@link
 *     TagCondition#any} costs a request to the storage for each tag where no other replica writes.
 *     Among replicas tags are looked at anyway, but the look then comes first, which makes the
 *     longest chain of requests that wait for each other longer by one.
 * @param reportsPrevious whether the {@link PutOutcome} is to say what was there before. That costs
 *     a request to the storage for the manifest, and one for each tag where no other replica writes
 *     and there is no condition.
 */
public record PutOptions(
        ReferencePolicy references, TagCondition condition, boolean reportsPrevious) {

    private static final PutOptions DEFAULTS =
            new PutOptions(ReferencePolicy.STRICT, TagCondition.any(), false);

    /** Everything that the manifest refers to must be there, and tags are moved in any case. */
    public static PutOptions defaults() {
        return DEFAULTS;
    }

    public PutOptions with(ReferencePolicy references) {
        return new PutOptions(references, condition, reportsPrevious);
    }

    public PutOptions with(TagCondition condition) {
        return new PutOptions(references, condition, reportsPrevious);
    }

    public PutOptions reportingPrevious() {
        return new PutOptions(references, condition, true);
    }
}
