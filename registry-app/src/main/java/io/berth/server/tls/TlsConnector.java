package io.berth.server.tls;

import io.berth.server.connection.BoundedHttpProtocol;
import java.util.Objects;
import org.apache.catalina.connector.Connector;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.springframework.boot.ssl.SslStoreBundle;

/**
 * Puts TLS on Tomcat's connector. What {@link #use} is given later holds for new connections; those
 * that are open go on with what they began with. Safe for use by many threads.
 */
final class TlsConnector {

    /** Sessions that are kept for clients of TLS 1.2 that cannot keep them, some 5 KiB each. */
    private static final int SESSIONS = 1024;

    private static final int SESSION_SECONDS = 3600;

    private final TlsSettings settings;
    private final BoundedHttpProtocol protocol;

    private TlsConnector(TlsSettings settings, BoundedHttpProtocol protocol) {
        this.settings = settings;
        this.protocol = protocol;
    }

    /** To be called before the start of the connector, and before its limits are set. */
    static TlsConnector on(Connector connector, TlsSettings settings, ServerIdentity identity) {
        var protocol = (BoundedHttpProtocol) connector.getProtocolHandler();
        ClientAuth clients = settings.effectiveClientAuth();
        protocol.encrypt(clients == null || clients.isVerified());
        connector.setScheme("https");
        connector.setSecure(true);
        TlsConnector made = new TlsConnector(settings, protocol);
        made.use(identity);
        return made;
    }

    /**
     * @throws IllegalArgumentException when Java cannot use it; what was used before still is
     */
    void use(ServerIdentity identity) {
        SslStoreBundle stores = identity.stores();
        SSLHostConfig config = new SSLHostConfig();
        config.setHostName(protocol.getDefaultSSLHostConfigName());
        CipherSuites suites = CipherSuites.of(settings.cipherSuites(), settings.minimumTls());
        config.setProtocols(suites.protocols());
        config.setCiphers(String.join(",", suites.upTo12()));
        config.setCipherSuites(String.join(",", suites.from13()));
        config.setSessionCacheSize(SESSIONS);
        config.setSessionTimeout(SESSION_SECONDS);
        verifyClients(config, stores);
        SSLHostConfigCertificate certificate =
                new SSLHostConfigCertificate(config, SSLHostConfigCertificate.Type.UNDEFINED);
        certificate.setCertificateKeystore(Objects.requireNonNull(stores.getKeyStore()));
        certificate.setCertificateKeystorePassword(""); // the store is in memory only
        config.addCertificate(certificate);
        protocol.addSslHostConfig(config, true);
    }

    private void verifyClients(SSLHostConfig config, SslStoreBundle stores) {
        ClientAuth clients = settings.effectiveClientAuth();
        if (clients == null) {
            return;
        }
        config.setCertificateVerification(clients.inTomcat());
        if (clients.isVerified()) {
            config.setTrustStore(Objects.requireNonNull(stores.getTrustStore()));
        } else {
            config.setTrustManagerClassName(AnyCertificate.class.getName());
        }
    }
}
