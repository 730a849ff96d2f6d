package io.berth.admin;

import io.berth.access.Caller;
import io.berth.access.Identity;
import io.berth.http.response.RequestId;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.function.Function;

/**
 * Lets programs of this machine administer the registry without credentials, as each of them could
 * read its files. A request counts as theirs when its connection comes from a loopback address and
 * nothing says that somebody else sent it:
 *
 * <ul>
 *   <li>{@code Host} names this machine. A web page whose own host name was made to lead here (DNS
 *       rebinding) has a browser send that name.
 *   <li>No proxy has added its headers.
 * </ul>
 *
 * @param others decides about all other requests
 */
record LocalAccess(Function<HttpServletRequest, Caller> others)
        implements Function<HttpServletRequest, Caller> {

    @Override
    public Caller apply(HttpServletRequest request) {
        return isLocal(request)
                ? new Caller(Identity.LOCAL, request.getRemoteAddr(), RequestId.of(request))
                : others.apply(request);
    }

    private static boolean isLocal(HttpServletRequest request) {
        return isLoopback(request.getRemoteAddr())
                && (request.getServerName().equalsIgnoreCase("localhost")
                        || isLoopback(request.getServerName()))
                && request.getHeader("Forwarded") == null
                && request.getHeader("X-Forwarded-For") == null;
    }

    /**
     * @param address a name is no address, and is not resolved
     */
    private static boolean isLoopback(String address) {
        String literal =
                address.startsWith("[") && address.endsWith("]")
                        ? address.substring(1, address.length() - 1)
                        : address;
        try {
            return InetAddress.ofLiteral(literal).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
