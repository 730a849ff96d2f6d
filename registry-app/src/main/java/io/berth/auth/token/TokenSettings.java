package io.berth.auth.token;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens are accepted, and where clients get them ({@code auth.token}).
 *
 * @param realm the URL of the service that issues tokens; without a query, because clients add
 *     their own
 * @param service what tokens must have as their audience
 * @param issuer what tokens must have as their issuer
 * @param rootCertBundle a PEM file of certificates, whose keys sign tokens or the certificates that
 *     tokens bring along; {@code null}: there are none
 * @param jwks a file with a set of keys (RFC 7517, section 5); {@code null}: there is none
 * @param signingAlgorithms that are accepted; empty: all that sign with private keys
 * @param autoRedirect whether the realm is made from the host that a client calls
 * @param autoRedirectPath of the realm, when it is made so
 */
public record TokenSettings(
        @DefaultValue("") String realm,
        @DefaultValue("") String service,
        @DefaultValue("") String issuer,
        @Nullable Path rootCertBundle,
        @Nullable Path jwks,
        @DefaultValue({}) List<SigningAlgorithm> signingAlgorithms,
        @DefaultValue("false") boolean autoRedirect,
        @DefaultValue("/auth/token") String autoRedirectPath) {

    /** Algorithms of signatures (RFC 7518, section 3.1, and RFC 8037). */
    public enum SigningAlgorithm {
        EDDSA("EdDSA"),
        ES256("ES256"),
        ES384("ES384"),
        ES512("ES512"),
        RS256("RS256"),
        RS384("RS384"),
        RS512("RS512"),
        PS256("PS256"),
        PS384("PS384"),
        PS512("PS512"),
        /** With a secret that the registry shares with the issuer; accepted only when listed. */
        HS256("HS256"),
        HS384("HS384"),
        HS512("HS512");

        private final String header;

        SigningAlgorithm(String header) {
            this.header = header;
        }

        /** The value of {@code alg}. */
        String header() {
            return header;
        }

        /** Those that sign with a private key. */
        static Stream<SigningAlgorithm> asymmetric() {
            return Arrays.stream(values()).filter(algorithm -> !algorithm.name().startsWith("HS"));
        }
    }

    public TokenSettings {
        requirePresent(
                service, "service", "the name of this registry, which tokens are issued for");
        requirePresent(issuer, "issuer", "the name of the service that issues tokens");
        SettingChecks.refuseIf(
                rootCertBundle == null && jwks == null,
                "auth.token.rootcertbundle and auth.token.jwks are not set: name a PEM file of the"
                        + " certificates or a file of the keys that sign tokens");
        requirePlain(service, "service");
        if (autoRedirect) {
            SettingChecks.require(
                    autoRedirectPath.matches("/[A-Za-z0-9._~/-]*"),
                    "auth.token.autoredirectpath",
                    autoRedirectPath,
                    "a path such as /auth/token");
        } else {
            requirePresent(realm, "realm", "the URL where clients get tokens");
            SettingChecks.require(
                    isRealm(realm),
                    "auth.token.realm",
                    realm,
                    "a URL such as https://auth.example.com/token, without a query");
        }
        signingAlgorithms = List.copyOf(signingAlgorithms);
    }

    private static void requirePresent(String value, String name, String meaning) {
        SettingChecks.refuseIf(
                value.isEmpty(),
                "auth.token." + name + " is not set, but auth.token is chosen: set " + meaning);
    }

    /** Clients read the value of a challenge between quotation marks. */
    private static void requirePlain(String value, String name) {
        SettingChecks.require(
                value.chars().allMatch(c -> c >= 0x20 && c < 0x7f && c != '"' && c != '\\'),
                "auth.token." + name,
                value,
                "printable ASCII characters without quotation marks and backslashes");
    }

    private static boolean isRealm(String realm) {
        try {
            URI uri = URI.create(realm);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            return (scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
