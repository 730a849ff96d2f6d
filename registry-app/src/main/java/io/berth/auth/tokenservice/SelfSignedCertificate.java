package io.berth.auth.tokenservice;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Makes the certificate of a key that signs tokens, signed by the key itself (RFC 5280). The JDK
 * can read certificates, and has no API to make one.
 */
final class SelfSignedCertificate {

    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_ID = 0x06;
    private static final int UTF8_STRING = 0x0c;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int VERSION = 0xa0;
    private static final int EXTENSIONS = 0xa3;

    private static final int SERIAL_BITS = 127;

    /** Times before 2050 have another type by RFC 5280; what reads certificates takes both. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    /** 1.2.840.10045.4.3.2. */
    private static final byte[] ECDSA_WITH_SHA256 =
            sequence(der(OBJECT_ID, bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));

    private static final byte[] COMMON_NAME = der(OBJECT_ID, bytes(0x55, 0x04, 0x03));
    private static final byte[] KEY_USAGE = der(OBJECT_ID, bytes(0x55, 0x1d, 0x0f));
    private static final byte[] TRUE = der(BOOLEAN, bytes(0xff));

    /** The first of nine bits: seven of the byte are unused. */
    private static final byte[] DIGITAL_SIGNATURE = der(BIT_STRING, bytes(7, 0x80));

    private SelfSignedCertificate() {}

    /**
     * @param name that people read
     * @param keys of an elliptic curve
     */
    static X509Certificate of(String name, KeyPair keys, Instant from, Instant until)
            throws GeneralSecurityException {
        byte[] who =
                sequence(
                        der(
                                SET,
                                sequence(
                                        COMMON_NAME,
                                        der(UTF8_STRING, name.getBytes(StandardCharsets.UTF_8)))));
        byte[] serial = new BigInteger(SERIAL_BITS, new SecureRandom()).toByteArray();
        byte[] usage = sequence(KEY_USAGE, TRUE, der(OCTET_STRING, DIGITAL_SIGNATURE));
        byte[] body =
                sequence(
                        der(VERSION, der(INTEGER, bytes(2))),
                        der(INTEGER, serial),
                        ECDSA_WITH_SHA256,
                        who,
                        sequence(time(from), time(until)),
                        who,
                        keys.getPublic().getEncoded(),
                        der(EXTENSIONS, sequence(usage)));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(body);
        byte[] whole =
                sequence(body, ECDSA_WITH_SHA256, der(BIT_STRING, bytes(0), signature.sign()));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(whole));
    }

    private static byte[] time(Instant instant) {
        return der(GENERALIZED_TIME, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] sequence(byte[]... parts) {
        return der(SEQUENCE, parts);
    }

    /** A value (X.690, section 8.1): its type, its length, and its content in parts. */
    private static byte[] der(int type, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(type);
        int length = content.size();
        if (length < 0x80) {
            value.write(length);
        } else if (length < 0x100) {
            value.writeBytes(bytes(0x81, length));
        } else {
            value.writeBytes(bytes(0x82, length >> 8, length & 0xff));
        }
        value.writeBytes(content.toByteArray());
        return value.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
