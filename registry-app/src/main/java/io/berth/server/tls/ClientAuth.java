package io.berth.server.tls;

import java.util.Locale;

/** What is asked of the certificate of a client, by the names of distribution. */
public enum ClientAuth {
    /** The server asks for a certificate, takes a client without one, and verifies none. */
    REQUEST_CLIENT_CERT("optional", false),
    /** The client must send a certificate; the server does not verify it. */
    REQUIRE_ANY_CLIENT_CERT("required", false),
    /** The server takes a client without a certificate, and verifies one that is sent. */
    VERIFY_CLIENT_CERT_IF_GIVEN("optional", true),
    /** The client must send a certificate that the server can verify. */
    REQUIRE_AND_VERIFY_CLIENT_CERT("required", true);

    private final String inTomcat;
    private final boolean verified;

    ClientAuth(String inTomcat, boolean verified) {
        this.inTomcat = inTomcat;
        this.verified = verified;
    }

    /** Tomcat's word for whether a client may have none. */
    String inTomcat() {
        return inTomcat;
    }

    /** Whether a certificate says who the client is. */
    boolean isVerified() {
        return verified;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
