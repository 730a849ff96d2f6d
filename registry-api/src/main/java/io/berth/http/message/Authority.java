package io.berth.http.message;

import java.net.Inet6Address;

/**
 * A host and perhaps a port, as they stand in a URL (RFC 3986, section 3.2), without user and
 * without percent-encoding.
 */
public final class Authority {

    /** Of a name in the domain name system, with its final dot. */
    private static final int MAX_HOST_LENGTH = 254;

    /** Of an IPv6 address that ends with an IPv4 address, with its brackets. */
    private static final int MAX_ADDRESS_LENGTH = 47;

    private static final int MAX_PORT = 65_535;

    private Authority() {}

    /**
     * Whether a text is {@code host} or {@code host:port}: the host a name of letters, digits,
     * {@code -}, {@code .}, {@code _} and {@code ~}, or an IPv4 address, or an IPv6 address in
     * brackets; the port a number from 1 to 65,535.
     */
    public static boolean isValid(String text) {
        int end = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
        int endOfHost = end < 0 ? text.length() : end;
        String host = text.substring(0, endOfHost);
        boolean validHost = text.startsWith("[") ? isAddress(host) : isName(host);
        return validHost && (endOfHost == text.length() || isPort(text, endOfHost));
    }

    private static boolean isPort(String text, int colon) {
        if (text.charAt(colon) != ':' || text.length() - colon > 6) {
            return false;
        }
        long port = Digits.parse(text, colon + 1, text.length());
        return port >= 1 && port <= MAX_PORT;
    }

    private static boolean isName(String host) {
        return !host.isEmpty()
                && host.length() <= MAX_HOST_LENGTH
                && host.chars().allMatch(c -> isAlphanumeric(c) || "-._~".indexOf(c) >= 0);
    }

    private static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** In brackets, without a zone, which means nothing on another machine. */
    private static boolean isAddress(String host) {
        if (host.length() < 2 || host.length() > MAX_ADDRESS_LENGTH) {
            return false;
        }
        String address = host.substring(1, host.length() - 1);
        if (!address.chars().allMatch(c -> "0123456789abcdefABCDEF:.".indexOf(c) >= 0)) {
            return false;
        }
        try {
            Inet6Address.ofLiteral(address);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
