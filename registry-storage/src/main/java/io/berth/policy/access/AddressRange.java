package io.berth.policy.access;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** IP addresses that begin with the same bits, as in RFC 4632. Immutable. */
public final class AddressRange {

    private static final Pattern FORM = Pattern.compile("([0-9a-fA-F.:]+)(?:/(\\d{1,3}))?");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private final InetAddress network;
    private final int bits;

    private AddressRange(InetAddress network, int bits) {
        this.network = network;
        this.bits = bits;
    }

    /**
     * Parses {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or a single address.
     *
     * @throws IllegalArgumentException also when bits after the length are set
     */
    public static AddressRange of(String text) {
        Matcher form = FORM.matcher(text);
        Optional<InetAddress> address = form.matches() ? address(form.group(1)) : Optional.empty();
        if (address.isEmpty()) {
            throw malformed(text);
        }
        int longest = address.get().getAddress().length * Byte.SIZE;
        int bits = form.group(2) == null ? longest : Integer.parseInt(form.group(2));
        if (bits > longest) {
            throw malformed(text);
        }
        byte[] network = masked(address.get().getAddress(), bits);
        if (!Arrays.equals(network, address.get().getAddress())) {
            throw malformed(text);
        }
        return new AddressRange(address.get(), bits);
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "\""
                        + text
                        + "\" is not an address or a range such as 192.0.2.7, 10.0.0.0/8 or"
                        + " 2001:db8::/32, whose bits after the length are 0");
    }

    private static byte[] masked(byte[] address, int bits) {
        byte[] masked = address.clone();
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.clamp(bits - (long) i * Byte.SIZE, 0, Byte.SIZE);
            masked[i] &= (byte) (0xff << (Byte.SIZE - kept));
        }
        return masked;
    }

    /**
     * The address of a client; empty when the text is none. Never asks for a name. An IPv4 address
     * in the form of IPv6 is an IPv4 address.
     */
    static Optional<InetAddress> address(String text) {
        int zone = text.indexOf('%');
        String literal = zone < 0 ? text : text.substring(0, zone);
        if (!IPV4.matcher(literal).matches() && literal.indexOf(':') < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    boolean contains(InetAddress address) {
        byte[] other = address.getAddress();
        return other.length == network.getAddress().length
                && Arrays.equals(masked(other, bits), network.getAddress());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range
                && bits == range.bits
                && network.equals(range.network);
    }

    @Override
    public int hashCode() {
        return 31 * network.hashCode() + bits;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + bits;
    }
}
