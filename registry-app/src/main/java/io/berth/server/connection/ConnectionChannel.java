package io.berth.server.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * What the bytes of a connection pass through, with or without TLS. For the thread that holds the
 * connection's lock.
 */
interface ConnectionChannel {

    /** The connection that Tomcat's is a part of; {@code null} when it is closed. */
    static @Nullable Connection connectionOf(@Nullable SocketWrapperBase<?> wrapper) {
        return wrapper != null && wrapper.getSocket() instanceof ConnectionChannel channel
                ? channel.connection()
                : null;
    }

    /** The connection that it belongs to. */
    Connection connection();

    /**
     * Reads what has come, without blocking, and without regard to the data rate.
     *
     * @return number of bytes; -1 at the end of the stream
     */
    int readNow(ByteBuffer into) throws IOException;

    /**
     * Number of bytes that have come of a record which is not whole. Without TLS there are none.
     */
    int encryptedBytes();

    /** Sends nothing more from now on, and tells the client so; it may still be read from. */
    void endOutput() throws IOException;

    /** The socket. */
    SocketChannel getIOChannel();
}
