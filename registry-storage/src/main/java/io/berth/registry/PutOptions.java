package io.berth.registry;

/**
 * How a manifest is pushed. Immutable.
 *
 * @param references what the manifest must find in its repository
 */
public record PutOptions(ReferencePolicy references) {

    private static final PutOptions DEFAULTS = new PutOptions(ReferencePolicy.STRICT);

    /** Everything that the manifest refers to must be there. */
    public static PutOptions defaults() {
        return DEFAULTS;
    }

    public PutOptions with(ReferencePolicy references) {
        return new PutOptions(references);
    }
}
