package io.berth.auth;

import org.jspecify.annotations.Nullable;

/** What an administrator should know about a registry that other machines can reach. */
public final class ExposureAdvice {

    private ExposureAdvice() {}

    /**
     * Advice for the log; {@code null} when there is none: only this machine reaches the registry,
     * clients are authenticated and credentials are encrypted on their way, or {@code auth} is set
     * to {@code none}.
     *
     * @param address where the registry listens, for the message
     * @param loopback whether only this machine reaches that address
     * @param encrypted whether clients speak TLS, to the registry or to a proxy before it
     * @param writable whether clients can push
     */
    public static @Nullable String of(
            AuthSettings settings,
            String address,
            boolean loopback,
            boolean encrypted,
            boolean writable) {
        if (loopback) {
            return null;
        }
        if (settings.isOn()) {
            return encrypted
                    ? null
                    : ("Credentials reach %s unencrypted (http.addr). Set http.tls.certificate and"
                                    + " http.tls.key; or put a proxy in front that ends TLS, and set"
                                    + " http.host to the https:// address that clients use.")
                            .formatted(address);
        }
        return settings.none() != null || !writable
                ? null
                : ("Anyone who reaches %s can push and delete, because there is no authentication"
                                + " (http.addr). Set auth.htpasswd or auth.token; or set auth to none"
                                + " if that is what you want.")
                        .formatted(address);
    }
}
