package io.berth.server.tls;

import java.util.Locale;

/** What is asked of the certificate of a client, by the names of distribution. */
public enum ClientAuth {
    /** It is asked for; the client may have none, or one that nobody has verified. */
    REQUEST_CLIENT_CERT("optional", false),
    /** The client must have one, which nobody verifies. */
    REQUIRE_ANY_CLIENT_CERT("required", false),
    /** The client may have none; one that it has is verified. */
    VERIFY_CLIENT_CERT_IF_GIVEN("optional", true),
    /** The client must have one that can be verified. */
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
