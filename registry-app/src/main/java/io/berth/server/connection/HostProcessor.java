package io.berth.server.connection;

import io.berth.http.message.Authority;
import org.apache.coyote.Adapter;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.buf.MessageBytes;
import org.jspecify.annotations.Nullable;

/**
 * Accepts host names with underscores, which Tomcat refuses: services in Docker Compose have such
 * names. For one thread at a time, like every processor of Tomcat.
 */
final class HostProcessor extends Http11Processor {

    HostProcessor(Http11NioProtocol protocol, Adapter adapter) {
        super(protocol, adapter);
    }

    @Override
    protected void parseHost(@Nullable MessageBytes value) {
        if (value == null || value.isNull() || value.getByteChunk().indexOf('_', 0) < 0) {
            super.parseHost(value);
            return;
        }
        String host = value.getByteChunk().toString();
        if (!Authority.isValid(host)) {
            super.parseHost(value); // refuses it
            return;
        }
        int colon = host.indexOf(':');
        if (colon < 0) {
            request.serverName().setString(host);
        } else {
            request.serverName().setString(host.substring(0, colon));
            request.setServerPort(Integer.parseInt(host.substring(colon + 1)));
        }
    }
}
