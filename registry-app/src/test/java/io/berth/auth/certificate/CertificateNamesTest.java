package io.berth.auth.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.access.Identity;
import io.berth.auth.certificate.CertificateSettings.GroupPart;
import io.berth.auth.certificate.CertificateSettings.NamePart;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Certificates that {@code openssl req -x509} has made. */
class CertificateNamesTest {

    /** {@code /O=Acme, Inc./OU=dev/OU=ops/CN=alice}, with one alternative name of each kind. */
    private static final String FULL =
            """
            -----BEGIN CERTIFICATE-----
            MIICIjCCAcmgAwIBAgIUCfY+gDPUvOvJBd8SCIBbiD4WNJwwCgYIKoZIzj0EAwIw
            QTETMBEGA1UECgwKQWNtZSwgSW5jLjEMMAoGA1UECwwDZGV2MQwwCgYDVQQLDANv
            cHMxDjAMBgNVBAMMBWFsaWNlMB4XDTI2MTEyODE2MTg1MFoXDTM2MTEyNTE2MTg1
            MFowQTETMBEGA1UECgwKQWNtZSwgSW5jLjEMMAoGA1UECwwDZGV2MQwwCgYDVQQL
            DANvcHMxDjAMBgNVBAMMBWFsaWNlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
            01RHawrq0NpDlUCy9yi/RsfYX893R+kKieNL6fgjwS3aQfXCaqWMHhPDGQX4JT1G
            Yte6cMVtvIF7fEcy+gQoTaOBnjCBmzAdBgNVHQ4EFgQUsKqnDKdqgCdXcrsOUOBr
            JiUHs1kwHwYDVR0jBBgwFoAUsKqnDKdqgCdXcrsOUOBrJiUHs1kwDwYDVR0TAQH/
            BAUwAwEB/zBIBgNVHREEQTA/hhpzcGlmZmU6Ly9leGFtcGxlLm9yZy9ucy9jaYIO
            Y2kuZXhhbXBsZS5jb22BEWFsaWNlQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0cA
            MEQCIBq5c4fwJKfkKHevBvexgrrmEjfOtPPMWD2hwm5JEaPsAiAxJLjpCOg3wsT3
            nQs8ojdj6Lc/CRLGsDO22gFPthDvmA==
            -----END CERTIFICATE-----
            """;

    /** Two common names, and two alternative names of each kind. */
    private static final String SEVERAL =
            """
            -----BEGIN CERTIFICATE-----
            MIIBvjCCAWWgAwIBAgIUMVL85hlHIr1rHyfQynDcdz7W5YAwCgYIKoZIzj0EAwIw
            HjEOMAwGA1UEAwwFYWxpY2UxDDAKBgNVBAMMA2JvYjAeFw0yNjExMjgxNjE4NTFa
            Fw0zNjExMjUxNjE4NTFaMB4xDjAMBgNVBAMMBWFsaWNlMQwwCgYDVQQDDANib2Iw
            WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATTVEdrCurQ2kOVQLL3KL9Gx9hfz3dH
            6QqJ40vp+CPBLdpB9cJqpYweE8MZBfglPUZi17pwxW28gXt8RzL6BChNo4GAMH4w
            HQYDVR0OBBYEFLCqpwynaoAnV3K7DlDgayYlB7NZMB8GA1UdIwQYMBaAFLCqpwyn
            aoAnV3K7DlDgayYlB7NZMA8GA1UdEwEB/wQFMAMBAf8wKwYDVR0RBCQwIoYMc3Bp
            ZmZlOi8vYS9ihgxzcGlmZmU6Ly9hL2OCAWGCAWIwCgYIKoZIzj0EAwIDRwAwRAIg
            YQjC1H+CiEBRYYOgtroScO/M1vgpMr6coY9t2+oVERgCIAbJxkpKw1S4PzrPzZeu
            pxyw9HJwAkP0l1QukKLfmvN4
            -----END CERTIFICATE-----
            """;

    /** {@code /O=Acme}. */
    private static final String NONE =
            """
            -----BEGIN CERTIFICATE-----
            MIIBczCCARmgAwIBAgIUcZuaOwnqafkeVppj7stcFUHPD7IwCgYIKoZIzj0EAwIw
            DzENMAsGA1UECgwEQWNtZTAeFw0yNjExMjgxNjE4NTFaFw0zNjExMjUxNjE4NTFa
            MA8xDTALBgNVBAoMBEFjbWUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATTVEdr
            CurQ2kOVQLL3KL9Gx9hfz3dH6QqJ40vp+CPBLdpB9cJqpYweE8MZBfglPUZi17pw
            xW28gXt8RzL6BChNo1MwUTAdBgNVHQ4EFgQUsKqnDKdqgCdXcrsOUOBrJiUHs1kw
            HwYDVR0jBBgwFoAUsKqnDKdqgCdXcrsOUOBrJiUHs1kwDwYDVR0TAQH/BAUwAwEB
            /zAKBggqhkjOPQQDAgNIADBFAiEA32b2p457yKN3Rk4EUFIPkPyOC15cOeC8h9xU
            4XPuuXwCIBwDcjIzNytBOlFkWewOQhGH7QlvH8CQZ3ZEiiXoaGnA
            -----END CERTIFICATE-----
            """;

    private static X509Certificate certificate(String pem) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static Optional<Identity> identity(
            NamePart name, @Nullable GroupPart groups, String pem) throws CertificateException {
        return new CertificateNames(new CertificateSettings(name, groups))
                .identity(certificate(pem));
    }

    @ParameterizedTest
    @CsvSource({
        "COMMON_NAME, alice",
        "URI, spiffe://example.org/ns/ci",
        "DNS, ci.example.com",
        "EMAIL, alice@example.com"
    })
    void thePartThatIsSetIsTheName(NamePart part, String name) throws CertificateException {
        assertThat(identity(part, null, FULL)).contains(Identity.user(name, Set.of()));
    }

    @Test
    void groupsAreOfTheSubject() throws CertificateException {
        assertThat(identity(NamePart.COMMON_NAME, GroupPart.ORGANIZATIONAL_UNIT, FULL))
                .contains(Identity.user("alice", Set.of("dev", "ops")));
        assertThat(identity(NamePart.COMMON_NAME, GroupPart.ORGANIZATION, FULL))
                .contains(Identity.user("alice", Set.of("Acme, Inc.")));
    }

    @ParameterizedTest
    @EnumSource(NamePart.class)
    void withoutExactlyOneNameThereIsNone(NamePart part) throws CertificateException {
        assertThat(identity(part, GroupPart.ORGANIZATION, NONE)).isEmpty();
        assertThat(identity(part, GroupPart.ORGANIZATION, SEVERAL)).isEmpty();
    }
}
