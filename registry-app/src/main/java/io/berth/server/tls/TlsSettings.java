package io.berth.server.tls;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the server ({@code http.tls}), which is used as soon as there is a certificate.
 *
 * @param certificate a file of the server's certificate, and of those between it and one that
 *     clients trust (PEM)
 * @param key a file of its private key (PEM)
 * @param clientCas files of the authorities that certificates of clients are verified against (PEM)
 * @param clientAuth what is asked of clients; {@code null}: a certificate that can be verified
 *     where there are authorities, otherwise nothing
 * @param minimumTls the oldest version that is spoken
 * @param cipherSuites what may be used with TLS 1.2, and with TLS 1.3 if any of these are named;
 *     empty: those that are secure
 */
public record TlsSettings(
        @Nullable Path certificate,
        @Nullable Path key,
        List<Path> clientCas,
        @Nullable ClientAuth clientAuth,
        @DefaultValue("tls1.2") MinimumTls minimumTls,
        List<String> cipherSuites) {

    private static final String BOTH = ": set both http.tls.certificate and http.tls.key";

    /**
     * Checks the values, but not the files.
     *
     * @throws IllegalArgumentException with a message that names the setting
     */
    public TlsSettings {
        certificate = presentOrNull(certificate);
        key = presentOrNull(key);
        SettingChecks.refuseIf(
                certificate != null && key == null,
                "http.tls.certificate is set, but http.tls.key with its private key is not" + BOTH);
        SettingChecks.refuseIf(
                certificate == null && key != null,
                "http.tls.key is set, but http.tls.certificate with its certificate is not" + BOTH);
        SettingChecks.refuseIf(
                certificate == null && !clientCas.isEmpty(), withoutTls("http.tls.clientcas"));
        SettingChecks.refuseIf(
                certificate == null && clientAuth != null, withoutTls("http.tls.clientauth"));
        SettingChecks.refuseIf(
                clientAuth != null && clientAuth.isVerified() && clientCas.isEmpty(),
                "http.tls.clientauth is "
                        + clientAuth
                        + ", but there is nobody to verify certificates against: name the files of"
                        + " authorities in http.tls.clientcas");
        if (!cipherSuites.isEmpty()) {
            requireKnown(cipherSuites);
        }
    }

    private static @Nullable Path presentOrNull(@Nullable Path path) {
        return path == null || path.toString().isBlank() ? null : path;
    }

    private static String withoutTls(String name) {
        return name
                + " is set, but without http.tls.certificate and http.tls.key there is no TLS, and"
                + " no client is asked for a certificate: set these, too";
    }

    private static void requireKnown(List<String> suites) {
        Set<String> known = CipherSuites.known();
        for (String suite : suites) {
            SettingChecks.require(
                    known.contains(suite),
                    "http.tls.ciphersuites",
                    suite,
                    "made of names of suites that Java takes for secure, such as"
                            + " TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; without it, all good ones"
                            + " are used");
        }
    }

    /** Whether the server speaks TLS. */
    public boolean isOn() {
        return certificate != null;
    }

    /** Whether a certificate that a client shows says who it is. */
    public boolean verifiesClients() {
        ClientAuth clients = effectiveClientAuth();
        return clients != null && clients.isVerified();
    }

    /** What is asked of clients; {@code null}: nothing. */
    @Nullable ClientAuth effectiveClientAuth() {
        return clientAuth == null && !clientCas.isEmpty()
                ? ClientAuth.REQUIRE_AND_VERIFY_CLIENT_CERT
                : clientAuth;
    }
}
