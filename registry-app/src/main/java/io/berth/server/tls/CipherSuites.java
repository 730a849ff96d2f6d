package io.berth.server.tls;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;

/**
 * The cipher suites that are offered, by their IANA names.
 *
 * @param upTo12 of TLS 1.2; empty: it is not spoken
 * @param from13 of TLS 1.3
 */
record CipherSuites(List<String> upTo12, List<String> from13) {

    private static final List<String> ALL_13 =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256");

    /** Those of distribution: each connection has keys of its own, and each record is verified. */
    private static final List<String> DEFAULT_12 =
            List.of(
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /** What is no suite, but a signal of the client. */
    private static final String SIGNAL = "_SCSV";

    /**
     * What is to be offered. As in Go, a list without suites of TLS 1.3 does not restrict that.
     *
     * @param set known suites; empty: the default
     */
    static CipherSuites of(List<String> set, MinimumTls minimum) {
        List<String> upTo12 = new ArrayList<>(set.isEmpty() ? DEFAULT_12 : set);
        upTo12.removeAll(ALL_13);
        List<String> from13 = new ArrayList<>(set);
        from13.retainAll(ALL_13);
        return new CipherSuites(
                minimum.isTls13() ? List.of() : upTo12, from13.isEmpty() ? ALL_13 : from13);
    }

    /** Tomcat's text for the versions that have suites. */
    String protocols() {
        return upTo12.isEmpty() ? "TLSv1.3" : "TLSv1.2+TLSv1.3";
    }

    /** All suites that this Java offers, which are those that it takes for secure. */
    static Set<String> known() {
        try {
            Set<String> known = new TreeSet<>();
            Arrays.stream(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites())
                    .filter(name -> !name.endsWith(SIGNAL))
                    .forEach(known::add);
            return known;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
