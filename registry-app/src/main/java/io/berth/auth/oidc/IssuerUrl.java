package io.berth.auth.oidc;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which URLs keys are fetched from. */
final class IssuerUrl {

    private IssuerUrl() {}

    /**
     * Whether keys may be fetched from a URL: by https; by http from this machine, or from anywhere
     * if that is {@code insecure} on purpose.
     */
    static boolean isAllowed(URI uri, boolean insecure) {
        if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return false;
        }
        return switch (scheme(uri)) {
            case "https" -> true;
            case "http" -> insecure || isLoopback(uri.getHost());
            default -> false;
        };
    }

    /** {@code null}: the text is no URL. */
    static @Nullable URI parse(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static String scheme(URI uri) {
        String scheme = uri.getScheme();
        return scheme == null ? "" : scheme.toLowerCase(Locale.ROOT);
    }

    private static boolean isLoopback(@Nullable String host) {
        return host != null
                && (host.equalsIgnoreCase("localhost")
                        || host.equals("[::1]")
                        || host.matches("127(\\.\\d{1,3}){3}"));
    }

    /** Scheme, host and port: what decides which server is asked. */
    static String origin(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme(uri).equals("https") ? 443 : 80;
        return scheme(uri) + "://" + host + ":" + port;
    }
}
