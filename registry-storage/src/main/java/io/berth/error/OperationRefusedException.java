package io.berth.error;

/** An operation that the registry's settings switch off: nothing was read or changed. */
public final class OperationRefusedException extends RegistryException {

    private static final long serialVersionUID = 1L;

    /** The setting that refuses the operation, and other operations with it. */
    public enum Reason {
        /** The whole registry takes no writes for now. */
        READ_ONLY("the registry is in read-only mode"),
        /** Deleting is not enabled. */
        DELETE_DISABLED("deleting is disabled");

        private final String message;

        Reason(String message) {
            this.message = message;
        }
    }

    private final Reason reason;

    public OperationRefusedException(Reason reason) {
        super(ErrorCode.UNSUPPORTED, ErrorCode.UNSUPPORTED.message(), reason.message);
        this.reason = reason;
    }

    /**
     * @param message for clients, most of which show nothing else
     * @param detail a string, a map or a list that JSON can carry
     */
    public OperationRefusedException(Reason reason, String message, Object detail) {
        super(ErrorCode.UNSUPPORTED, message, detail);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
