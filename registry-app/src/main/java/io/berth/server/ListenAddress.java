package io.berth.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where to listen, as in distribution's configuration: {@code 127.0.0.1:5000}, {@code [::1]:5000},
 * {@code :5000} for all addresses of the machine. Port 0 is any free port.
 *
 * @param host a name or an address without brackets; {@code null}: all addresses
 */
public record ListenAddress(@Nullable String host, int port) {

    private static final Pattern FORM =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.%a-z]+)]|([0-9A-Za-z.-]+))?:([0-9]{1,5})");

    /**
     * @throws IllegalArgumentException when the text has another form
     */
    public static ListenAddress of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || Integer.parseInt(form.group(3)) > 65535) {
            throw new IllegalArgumentException(
                    "\""
                            + text
                            + "\" is not an address such as 127.0.0.1:5000, [::1]:5000 or :5000");
        }
        String host = form.group(1) != null ? form.group(1) : form.group(2);
        return new ListenAddress(host, Integer.parseInt(form.group(3)));
    }

    /**
     * The address to bind to; {@code null}: all addresses.
     *
     * @throws UnknownHostException when the name of the host cannot be resolved
     */
    public @Nullable InetAddress resolved() throws UnknownHostException {
        return host == null ? null : InetAddress.getByName(host);
    }

    /** Whether only this machine reaches it; {@code false} also for a host that is not known. */
    public boolean isLoopback() {
        try {
            InetAddress address = resolved();
            return address != null && address.isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /**
     * The URL of the server for a client on this machine; without a host, {@code 0.0.0.0} stands
     * for it.
     *
     * @param scheme http or https
     */
    public String url(String scheme, int actualPort) {
        String shown = host == null ? "0.0.0.0" : host.contains(":") ? "[" + host + "]" : host;
        return scheme + "://" + shown + ":" + actualPort;
    }

    @Override
    public String toString() {
        return (host == null ? "" : host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
