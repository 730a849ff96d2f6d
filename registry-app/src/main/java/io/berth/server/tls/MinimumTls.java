package io.berth.server.tls;

/**
 * The oldest version of TLS that is spoken.
 *
 * @param name as in distribution's configuration: {@code tls1.2} or {@code tls1.3}
 */
public record MinimumTls(String name) {

    private static final String TLS_1_3 = "tls1.3";

    /**
     * @throws IllegalArgumentException for another text, also for versions that are not secure
     */
    public static MinimumTls of(String text) {
        if (!text.equals("tls1.2") && !text.equals(TLS_1_3)) {
            throw new IllegalArgumentException(
                    "\""
                            + text
                            + "\" is not tls1.2 or tls1.3, as older versions are not secure (RFC"
                            + " 8996)");
        }
        return new MinimumTls(text);
    }

    /** Whether it is TLS 1.3, so that no older version is spoken. */
    boolean isTls13() {
        return name.equals(TLS_1_3);
    }

    @Override
    public String toString() {
        return name;
    }
}
