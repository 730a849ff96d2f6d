package io.berth.server.connection;

import jakarta.servlet.http.HttpServletRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Enumeration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address by which a client is counted. An IPv6 client usually has a whole /64 network, so only
 * the first 64 bits of an address count.
 */
public final class ClientAddress {

    private static final int COUNTED_BYTES = 8;

    /** Characters. No address is longer, and a longer header must not be kept as a key. */
    private static final int MAX_LENGTH = 64;

    private static final Pattern FORWARDED_FOR =
            Pattern.compile("(?:^|;)\\s*for=\"?([^;\"]+)", Pattern.CASE_INSENSITIVE);

    private ClientAddress() {}

    static String of(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < COUNTED_BYTES; i++) {
            text.append(String.format(Locale.ROOT, "%02x", address.getAddress()[i]));
        }
        return text.toString();
    }

    /**
     * The client that a trusted proxy names. Only what the proxy added itself, at the end of the
     * header, counts: a client can send anything before that.
     *
     * @return {@code null} when no proxy names a client
     */
    public static @Nullable String forwarded(HttpServletRequest request) {
        String last = last(request, "X-Forwarded-For");
        if (last == null) {
            String element = last(request, "Forwarded");
            Matcher named = FORWARDED_FOR.matcher(element == null ? "" : element);
            last = named.find() ? named.group(1) : null;
        }
        return last == null || last.isBlank() || last.length() > MAX_LENGTH ? null : last.strip();
    }

    private static @Nullable String last(HttpServletRequest request, String header) {
        @Nullable String all = null;
        Enumeration<String> values = request.getHeaders(header);
        while (values.hasMoreElements()) {
            all = values.nextElement(); // null for a value that is not text
        }
        return all == null ? null : all.substring(all.lastIndexOf(',') + 1).strip();
    }
}
