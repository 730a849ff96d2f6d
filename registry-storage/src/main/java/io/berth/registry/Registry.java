package io.berth.registry;

/**
 * A registry: all operations of the protocol, without HTTP.
 *
 * <p>Implementations and decorators are safe for use by many threads. Failures that the protocol
 * has a code for are {@link io.berth.error.RegistryException}s; each method documents its codes. In
 * addition, every method may throw UNAVAILABLE when the store fails or cannot be reached (a write
 * may or may not have happened; the caller can retry), and UNSUPPORTED when a setting disables the
 * operation (nothing has happened). A failure of the store is never reported as content that is
 * unknown.
 */
public interface Registry
        extends RegistryReader, RegistryWriter, RegistryDeleter, RegistryLister, ReferrerLister {

    /**
     * Whether every change is refused with {@link
     * io.berth.error.OperationRefusedException.Reason#READ_ONLY}, so that a caller need not begin
     * one. Constant for one registry.
     */
    boolean isReadOnly();
}
