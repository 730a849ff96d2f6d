package io.berth.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A failure that the protocol has a code for. Carries one error or several (one for each missing
 * blob of a manifest); the code of the first one decides the HTTP status of the response.
 */
public class RegistryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<RegistryError> errors;

    public RegistryException(List<RegistryError> errors, @Nullable Throwable cause) {
        super(
                errors.getFirst().message(),
                cause,
                true,
                needsStackTrace(errors.getFirst().code(), cause));
        this.errors = List.copyOf(errors);
    }

    /**
     * Only defects and outages get a stack trace; "not found" is normal, and a trace is expensive.
     */
    private static boolean needsStackTrace(ErrorCode code, @Nullable Throwable cause) {
        return cause != null || code == ErrorCode.UNKNOWN || code == ErrorCode.UNAVAILABLE;
    }

    public RegistryException(ErrorCode code) {
        this(List.of(RegistryError.of(code)), null);
    }

    public RegistryException(ErrorCode code, String message) {
        this(List.of(new RegistryError(code, message, null)), null);
    }

    public RegistryException(ErrorCode code, String message, @Nullable Object detail) {
        this(List.of(new RegistryError(code, message, detail)), null);
    }

    /** Never empty. */
    public List<RegistryError> errors() {
        return errors;
    }

    /** The code of the first error. */
    public ErrorCode code() {
        return errors.getFirst().code();
    }
}
