package io.berth.registry;

/**
 * A registry: everything the protocol can ask, without HTTP.
 *
 * <p>Implementations and decorators are safe for use by many threads. Failures that the protocol
 * has a name for are {@link io.berth.error.RegistryException}s; the codes each method can give
 * stand at the method. Beyond those, every method may throw UNAVAILABLE when the storage cannot be
 * reached (nothing is known to have happened, a retry is right), and UNSUPPORTED when a setting
 * switches it off (nothing has happened). A storage that fails is never reported as "unknown".
 */
public interface Registry
        extends RegistryReader, RegistryWriter, RegistryDeleter, RegistryLister, ReferrerLister {

    /**
     * Whether every change is refused with {@link
     * io.berth.error.OperationRefusedException.Reason#READ_ONLY}, so that nothing that would change
     * something need be begun. Always the same for one registry.
     */
    boolean isReadOnly();
}
