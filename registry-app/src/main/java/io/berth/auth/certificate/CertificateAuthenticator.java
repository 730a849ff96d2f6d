package io.berth.auth.certificate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes the name of a client from the certificate of its connection, which the server has verified.
 * A certificate without such a name, or with several, gives none: the client is anonymous. Whether
 * the certificate is still valid is decided in the handshake. Safe for use by many threads.
 */
public final class CertificateAuthenticator implements Authenticator {

    /** Set by Tomcat, and only for certificates that were verified. */
    private static final String ATTRIBUTE = "jakarta.servlet.request.X509Certificate";

    private static final int REMEMBERED = 1024;

    private final CertificateNames names;
    private final List<String> challenges;
    private final Cache<X509Certificate, Optional<Identity>> identities =
            Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();

    /**
     * @param alone whether clients can authenticate by nothing else, so that an answer says that
     *     they need a certificate
     */
    public CertificateAuthenticator(CertificateSettings settings, boolean alone) {
        this.names = new CertificateNames(settings);
        this.challenges = alone ? List.of("ClientCertificate realm=\"registry\"") : List.of();
    }

    @Override
    public @Nullable Identity authenticate(Credentials credentials, String client) {
        return null;
    }

    @Override
    public @Nullable Identity ofConnection(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof X509Certificate[] chain
                        && chain.length > 0
                ? identities.get(chain[0], names::identity).orElse(null)
                : null;
    }

    /** There is no standard challenge for certificates, so that none is added to others. */
    @Override
    public List<String> challenges(
            HttpServletRequest request, List<Scope> needed, Failure failure) {
        return challenges;
    }
}
