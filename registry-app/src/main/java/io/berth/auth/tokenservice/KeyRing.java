package io.berth.auth.tokenservice;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The keys that the registry has made, the oldest first, as they stand in the document that all
 * replicas share. A key signs from a moment that is told in advance, so that all replicas, and
 * other registries that have the certificates, can know it before. It is kept for verification
 * until nothing that it has signed is valid any more. Immutable.
 */
record KeyRing(List<Entry> entries) {

    /** From the making of a key until it signs; the first one signs at once. */
    static final Duration LEAD = Duration.ofHours(24);

    /** Shorter, and the next key would be made before the last one signs. */
    static final Duration LEAST_ROTATION = LEAD.multipliedBy(2);

    /** Other registries may be given the certificate, so that it says nothing about rotation. */
    private static final Duration VALIDITY = Duration.ofDays(3650);

    /** Clocks of machines differ. */
    private static final Duration SKEW = Duration.ofHours(1);

    private static final JsonMapper json = JsonMapper.shared();

    /** A key, and from when it signs. */
    record Entry(Instant signsFrom, SigningKey key) {}

    /** The form in the document. */
    private record Written(List<WrittenKey> keys) {}

    /**
     * @param privateKey in PKCS#8 and base 64
     * @param certificate in DER and base 64
     */
    private record WrittenKey(String signsFrom, String privateKey, String certificate) {}

    static final KeyRing EMPTY = new KeyRing(List.of());

    KeyRing {
        entries = List.copyOf(entries);
    }

    /**
     * @throws GeneralSecurityException when it is not what {@link #toBytes} has made
     */
    static KeyRing parse(byte[] document) throws GeneralSecurityException {
        try {
            Written written = json.readValue(document, Written.class);
            List<Entry> entries = new ArrayList<>();
            for (WrittenKey key : written.keys()) {
                entries.add(new Entry(Instant.parse(key.signsFrom()), signingKey(key)));
            }
            return new KeyRing(entries);
        } catch (JacksonException
                | DateTimeException
                | IllegalArgumentException
                | NullPointerException e) {
            // Without the cause, whose message could show some of a key.
            throw new GeneralSecurityException("it is not what the registry has written");
        }
    }

    private static SigningKey signingKey(WrittenKey written) throws GeneralSecurityException {
        byte[] key = Base64.getDecoder().decode(written.privateKey());
        byte[] certificate = Base64.getDecoder().decode(written.certificate());
        return new SigningKey(
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
                List.of(
                        (X509Certificate)
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(
                                                new ByteArrayInputStream(certificate))));
    }

    byte[] toBytes() {
        return json.writeValueAsBytes(new Written(entries.stream().map(KeyRing::written).toList()));
    }

    private static WrittenKey written(Entry entry) {
        Base64.Encoder base64 = Base64.getEncoder();
        return new WrittenKey(
                entry.signsFrom().toString(),
                base64.encodeToString(entry.key().privateKey().getEncoded()),
                base64.encodeToString(SigningKey.encoded(entry.key().certificate())));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The newest key that signs already. */
    SigningKey signing(Instant now) {
        Entry signing = entries.getFirst();
        for (Entry entry : entries) {
            if (!now.isBefore(entry.signsFrom())) {
                signing = entry;
            }
        }
        return signing.key();
    }

    /**
     * Whether the next key has to be made.
     *
     * @param rotation how long a key signs; zero: as long as its certificate is valid
     */
    boolean isDue(Instant now, Duration rotation) {
        if (entries.isEmpty()) {
            return true;
        }
        Entry newest = entries.getLast();
        Duration used = Duration.between(newest.signsFrom(), now);
        Instant end = newest.key().certificate().getNotAfter().toInstant();
        return (!rotation.isZero() && used.compareTo(rotation.minus(LEAD)) >= 0)
                || now.isAfter(end.minus(LEAD.multipliedBy(2)).minus(SKEW));
    }

    /**
     * With one more key, and without those that nothing is verified with any more.
     *
     * @param name in the certificate
     * @param keep how long something is valid that a key has signed
     */
    KeyRing withNewKey(String name, Instant now, Duration keep) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        X509Certificate certificate =
                SelfSignedCertificate.of(name, pair, now.minus(SKEW), now.plus(VALIDITY));
        SigningKey key = new SigningKey(pair.getPrivate(), List.of(certificate));
        List<Entry> kept = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            boolean last = i + 1 == entries.size();
            if (last || now.isBefore(entries.get(i + 1).signsFrom().plus(keep).plus(SKEW))) {
                kept.add(entries.get(i));
            }
        }
        kept.add(new Entry(entries.isEmpty() ? now : now.plus(LEAD), key));
        return new KeyRing(kept);
    }
}
