package io.berth.server.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a connection with TLS, which Tomcat and the JDK speak. What is changed here: the
 * buffers for encrypted bytes are pooled, so that an idle connection holds none. Of an incomplete
 * record, only its bytes are kept.
 *
 * <p>For the thread that holds the connection's lock. Other threads may close it meanwhile: {@link
 * #close} therefore uses none of the buffers that may be in use.
 */
final class SecureChannel extends SecureNioChannel implements ConnectionChannel {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final byte[] NONE = {};

    private final Connection connection;
    private final BoundedEndpoint endpoint;
    private final PooledBuffers.Pool pool;
    private final long since = System.nanoTime();

    /** Bytes of an incomplete record or handshake, to be put before what comes next. */
    private byte[] kept = NONE;

    /** What ended the stream after the bytes that were read last. */
    private @Nullable IOException failure;

    private boolean inBorrowed;
    private boolean outBorrowed;

    SecureChannel(Connection connection, PooledBuffers.Pool pool) {
        super(connection.buffers(), connection.endpoint());
        this.connection = connection;
        this.endpoint = connection.endpoint();
        this.pool = pool;
        netInBuffer = NOTHING;
        netOutBuffer = NOTHING;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    /** A client may take as long for the whole handshake as for a header. */
    @Override
    public int handshake(boolean read, boolean write) throws IOException {
        if (System.nanoTime() - since > endpoint.headerTime().toNanos()) {
            // Tomcat ends those that are silent, but often not those that send a byte now and then.
            throw new IOException("the handshake took too long");
        }
        borrowIn();
        borrowOut();
        int interest;
        try {
            interest = super.handshake(read, write);
        } catch (SSLException e) {
            flush(netOutBuffer); // the alert, which Tomcat leaves there when it was reading
            throw e;
        } finally {
            giveBack();
            connection.buffers().release();
        }
        if (interest > 0 && !endpoint.keep(connection, kept.length)) {
            throw new IOException("incomplete handshakes and headers exceed their limit");
        }
        return interest;
    }

    @Override
    protected SSLEngineResult handshakeWrap(boolean doWrite) throws IOException {
        borrowOut(); // also when a read finds out that the client asks for other keys
        return super.handshakeWrap(doWrite);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return connection.mayRead()
                ? connection.hasRead(decryptAll(into.limit(into.capacity())))
                : 0;
    }

    /**
     * Decrypts as many records as have come and fit. One at a time would look to {@code
     * CoalescingInputStream} like a client that sends slowly.
     */
    private int decryptAll(ByteBuffer into) throws IOException {
        IOException before = failure;
        if (before != null) {
            throw before;
        }
        int all = decrypt(into);
        int count = all;
        while (count > 0 && into.remaining() >= PooledBuffers.RECORD_BYTES) {
            try {
                count = decrypt(into);
                all += Math.max(count, 0);
            } catch (IOException e) {
                failure = e; // for the next read, as this one has found something
                count = 0;
            }
        }
        return all;
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        return decrypt(into);
    }

    private int decrypt(ByteBuffer into) throws IOException {
        borrowIn();
        try {
            int count = super.read(into);
            refuseRenegotiation();
            return count;
        } catch (UncheckedIOException e) {
            throw new IOException(e.getCause());
        } finally {
            giveBack();
        }
    }

    /**
     * A client could make the server work for a handshake again and again, and speak as somebody
     * else after one (RFC 5746). TLS 1.3 has no renegotiation.
     */
    private void refuseRenegotiation() throws IOException {
        SSLEngine engine = sslEngine;
        if (engine != null
                && engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
                && !engine.isInboundDone()
                && !engine.getSession().getProtocol().equals("TLSv1.3")) {
            throw new IOException("the client began another handshake, which is refused");
        }
    }

    @Override
    public int encryptedBytes() {
        return kept.length;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        borrowOut();
        int count;
        try {
            count = super.write(from);
        } finally {
            giveBackOut();
        }
        return connection.hasWritten(count, from.hasRemaining() || outBorrowed);
    }

    @Override
    public boolean flushOutbound() throws IOException {
        boolean some = super.flushOutbound();
        giveBackOut();
        return some;
    }

    @Override
    public void endOutput() throws IOException {
        sayGoodbye();
        sc.shutdownOutput();
    }

    /** Tells the client that the end is meant, or why the handshake failed, if that can be sent. */
    @Override
    public void close() throws IOException {
        if (!closing) {
            closing = true;
            sayGoodbye();
        }
    }

    private void sayGoodbye() throws IOException {
        SSLEngine engine = sslEngine;
        if (engine == null || netOutBuffer.hasRemaining()) {
            return; // in the middle of a record, nothing can be said
        }
        engine.closeOutbound();
        ByteBuffer alert = pool.read();
        engine.wrap(getEmptyBuf(), alert);
        alert.flip();
        if (alert.hasRemaining()) {
            sc.write(alert);
        }
        pool.giveBack(alert);
    }

    /**
     * The encryption of the connection, and the certificates of the client; {@code null} where the
     * server does not verify certificates of clients.
     */
    @Override
    public @Nullable SSLSupport getSSLSupport() {
        return endpoint.verifiesClients() ? super.getSSLSupport() : null;
    }

    private void borrowIn() {
        if (!inBorrowed) {
            netInBuffer = pool.read().put(kept);
            kept = NONE;
            inBorrowed = true;
        }
    }

    private void borrowOut() {
        if (!outBorrowed) {
            netOutBuffer = pool.read().limit(0);
            outBorrowed = true;
        }
    }

    private void giveBack() {
        if (inBorrowed) {
            ByteBuffer in = netInBuffer;
            if (in.position() > 0) {
                kept = new byte[in.position()];
                in.get(0, kept);
            }
            netInBuffer = NOTHING;
            inBorrowed = false;
            pool.giveBack(in);
        }
        giveBackOut();
    }

    /** Unless the client has not taken all of it yet. */
    private void giveBackOut() {
        if (outBorrowed && !netOutBuffer.hasRemaining()) {
            ByteBuffer out = netOutBuffer;
            netOutBuffer = NOTHING;
            outBorrowed = false;
            pool.giveBack(out);
        }
    }

    /** Tomcat's own buffers of a request are large enough, and this would keep them reachable. */
    @Override
    public void setAppReadBufHandler(ApplicationBufferHandler unused) {}
}
