package io.berth.app;

import java.net.URI;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/** A bucket in a server of this process, which speaks S3 on a port of this machine. */
final class TestBucket implements AutoCloseable {

    static final String ACCESS_KEY = "AKIAOFTHETEST";
    static final String SECRET_KEY = "password-of-the-test";
    static final String NAME = "images";

    private final BlobStore content = BlobStores.create("transient-nio2", new Properties());
    private S3Proxy server;

    TestBucket() {
        var _ = content.createContainer(NAME);
        server = start(0);
    }

    private S3Proxy start(int port) {
        S3Proxy created =
                S3Proxy.builder()
                        .endpoint(URI.create("http://127.0.0.1:" + port))
                        .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
                        .blobStore(content)
                        .build();
        try {
            created.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return created;
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getPort();
    }

    /** What makes a registry use it. */
    Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("storage.s3.region", "us-east-1");
        settings.put("storage.s3.bucket", NAME);
        settings.put("storage.s3.rootdirectory", "registry");
        settings.put("storage.s3.regionendpoint", endpoint());
        settings.put("storage.s3.accesskey", ACCESS_KEY);
        settings.put("storage.s3.secretkey", SECRET_KEY);
        settings.put("storage.s3.chunksize", "5MiB");
        settings.put("http.secret", "shared by all replicas of the test");
        return settings;
    }

    /** Nobody is at the port any more; what was kept is. */
    void goAway() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    void comeBack(String endpoint) {
        server = start(URI.create(endpoint).getPort());
    }

    @Override
    public void close() {
        goAway();
        content.close();
    }
}
