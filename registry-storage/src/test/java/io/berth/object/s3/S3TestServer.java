package io.berth.object.s3;

import java.net.URI;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/**
 * A server in this JVM that speaks S3 on a port of this machine, with one bucket. It keeps
 * everything in memory.
 */
public final class S3TestServer implements AutoCloseable {

    public static final String ACCESS_KEY = "AKIAOFTHETEST";
    public static final String SECRET_KEY = "password-of-the-test";
    public static final String REGION = "us-east-1";
    public static final String BUCKET = "images";

    private final BlobStore content = BlobStores.create("transient-nio2", new Properties());
    private final int port;
    private S3Proxy server;

    /** Starts it on a free port. */
    public S3TestServer() {
        var _ = content.createContainer(BUCKET);
        server = start(0);
        port = server.getPort();
    }

    private S3Proxy start(int chosen) {
        S3Proxy created =
                S3Proxy.builder()
                        .endpoint(URI.create("http://127.0.0.1:" + chosen))
                        .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
                        .blobStore(content)
                        .stopTimeout(0)
                        .build();
        try {
            created.start();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server does not start", e);
        }
        return created;
    }

    /** Also while it is stopped. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** From now on nothing answers; the content is kept. */
    public void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server does not stop", e);
        }
    }

    /** After {@link #stop}: on the same port, with the same content. */
    public void startAgain() {
        server = start(port);
    }

    @Override
    public void close() {
        stop();
        content.close();
    }
}
