package io.berth.server.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.NioChannel;

/** The bytes of a connection as they come. For the thread that holds the connection's lock. */
final class PlainChannel extends NioChannel implements ConnectionChannel {

    private final Connection connection;

    PlainChannel(Connection connection) {
        super(connection.buffers());
        this.connection = connection;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        return sc.read(into);
    }

    @Override
    public int encryptedBytes() {
        return 0;
    }

    @Override
    public void endOutput() throws IOException {
        sc.shutdownOutput();
    }

    /**
     * Reads up to the capacity of the buffer. Tomcat limits a read to the size of the connection's
     * own buffer, but reads past that into a larger buffer of the request.
     */
    @Override
    public int read(ByteBuffer into) throws IOException {
        return connection.mayRead()
                ? connection.hasRead(super.read(into.limit(into.capacity())))
                : 0;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return connection.hasWritten(super.write(from), from.hasRemaining());
    }

    /** Only TLS uses the handler, and it would keep a request's buffers reachable. */
    @Override
    public void setAppReadBufHandler(ApplicationBufferHandler unused) {}
}
