package io.berth.server;

import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;

/**
 * HTTP/1.1 that can tell whether files are still on their way to clients: the handler of such a
 * request has returned long before, and the server counts it as done. Made by Tomcat, by name.
 */
public final class DrainableProtocol extends Http11NioProtocol {

    /** Whether a client is being sent a file. */
    boolean isSending() {
        return getEndpoint().getConnections().stream()
                .anyMatch(
                        connection ->
                                connection instanceof NioSocketWrapper socket
                                        && socket.getSendfileData() != null);
    }
}
