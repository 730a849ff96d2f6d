package io.berth.server;

import jakarta.servlet.http.HttpServletRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Enumeration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * By which address a client is counted. With IPv6 a client usually has a whole network of 64 bits,
 * so that only the first half of an address counts.
 */
final class ClientAddress {

    private static final int COUNTED_BYTES = 8;

    /** No address of a client is longer, and a header that is counted by must not be large. */
    private static final int LONGEST = 64;

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
     * The client that a trusted proxy names: what it added itself, at the end of the header, since
     * everything before that can be made up by anybody.
     *
     * @return {@code null} when no proxy names one
     */
    static @Nullable String forwarded(HttpServletRequest request) {
        String last = last(request, "X-Forwarded-For");
        if (last == null) {
            String element = last(request, "Forwarded");
            Matcher named = FORWARDED_FOR.matcher(element == null ? "" : element);
            last = named.find() ? named.group(1) : null;
        }
        return last == null || last.isBlank() || last.length() > LONGEST ? null : last.strip();
    }

    private static @Nullable String last(HttpServletRequest request, String header) {
        @Nullable String all = null;
        Enumeration<String> values = request.getHeaders(header);
        while (values.hasMoreElements()) {
            all = values.nextElement(); // null for what is not text
        }
        return all == null ? null : all.substring(all.lastIndexOf(',') + 1).strip();
    }
}
