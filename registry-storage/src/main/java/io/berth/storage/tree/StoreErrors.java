package io.berth.storage.tree;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.object.ObjectStoreException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Translates failures of a store into {@link RegistryException}s of the code UNAVAILABLE. The key
 * and the reason are in the cause, for the log.
 */
public final class StoreErrors {

    private StoreErrors() {}

    public static <T> T translated(Supplier<T> action) {
        try {
            return action.get();
        } catch (ObjectStoreException e) {
            throw translate(e);
        }
    }

    public static void translated(Runnable action) {
        try {
            action.run();
        } catch (ObjectStoreException e) {
            throw translate(e);
        }
    }

    public static RegistryException translate(ObjectStoreException e) {
        return new RegistryException(List.of(RegistryError.of(ErrorCode.UNAVAILABLE)), e);
    }
}
