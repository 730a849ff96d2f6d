package io.berth.auth.tokenservice;

import com.nimbusds.jose.jwk.JWKSet;
import io.berth.auth.token.TrustedKeys;
import io.berth.document.Document;
import io.berth.document.DocumentName;
import io.berth.document.SharedDocuments;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that the replicas make and share, in the document {@value #DOCUMENT}. What was read counts
 * for a minute; a token with an unknown key causes another look after ten seconds at the earliest.
 * While the document cannot be read, the keys that were read before stay.
 *
 * <p>The first token that a registry issues makes the first key, and one that is issued when the
 * time has come makes the next. The document is written on the condition that it has not changed,
 * and read again after that, so that replicas that do this at the same time agree.
 */
final class SharedSigningKeys implements SigningKeys {

    static final String DOCUMENT = "token-keys";

    /** How long what was read is used without another look. */
    static final Duration FRESH = Duration.ofSeconds(60);

    /** The same, when a token has a key that is not known. */
    static final Duration FRESH_FOR_UNKNOWN = Duration.ofSeconds(10);

    /** After a failure requests are refused for so long without asking the store. */
    static final Duration PAUSE = Duration.ofSeconds(2);

    private static final int ATTEMPTS = 5;

    private static final Logger log = LoggerFactory.getLogger(SharedSigningKeys.class);

    private static final DocumentName NAME = DocumentName.of(DOCUMENT);

    private record View(KeyRing ring, TrustedKeys trusted, Instant lookedAt) {

        boolean isFresh(Instant now, Duration fresh) {
            return Duration.between(lookedAt, now).abs().compareTo(fresh) < 0;
        }
    }

    private final SharedDocuments documents;
    private final String name;
    private final Duration rotation;
    private final Duration keep;
    private final Clock clock;

    private final ReentrantLock looking = new ReentrantLock();
    private volatile @Nullable View view;
    private volatile @Nullable Instant failedAt;

    /**
     * @param name in the certificates
     * @param rotation how long a key signs; zero: as long as its certificate is valid
     * @param keep how long something is valid that a key has signed
     */
    SharedSigningKeys(
            SharedDocuments documents, String name, Duration rotation, Duration keep, Clock clock) {
        this.documents = documents;
        this.name = name;
        this.rotation = rotation;
        this.keep = keep;
        this.clock = clock;
    }

    @Override
    public SigningKey signing() {
        return look(FRESH, true).ring().signing(clock.instant());
    }

    @Override
    public List<SigningKey> all() {
        return look(FRESH, true).ring().entries().stream().map(KeyRing.Entry::key).toList();
    }

    @Override
    public TrustedKeys known() {
        return look(FRESH, false).trusted();
    }

    @Override
    public TrustedKeys refreshed() {
        return look(FRESH_FOR_UNKNOWN, false).trusted();
    }

    /**
     * What was read, or reads it. One thread does; the others go on with what was read before, if
     * there is something.
     *
     * @param make whether a key is made that is due
     */
    private View look(Duration fresh, boolean make) {
        View known = view;
        if (known != null && suffices(known, fresh, make)) {
            return known;
        }
        View usable = known == null || (make && known.ring().isEmpty()) ? null : known;
        if (usable == null) {
            looking.lock();
        } else if (!looking.tryLock()) {
            return usable;
        }
        try {
            View other = view;
            return other != null && suffices(other, fresh, make) ? other : lookNow(usable, make);
        } finally {
            looking.unlock();
        }
    }

    private boolean suffices(View known, Duration fresh, boolean make) {
        Instant now = clock.instant();
        return known.isFresh(now, fresh) && !(make && known.ring().isDue(now, rotation));
    }

    /**
     * @param usable what is used when the document cannot be read
     */
    private View lookNow(@Nullable View usable, boolean make) {
        Instant now = clock.instant();
        Instant failed = failedAt;
        if (failed != null && Duration.between(failed, now).abs().compareTo(PAUSE) < 0) {
            if (usable != null) {
                return usable;
            }
            throw unavailable(null);
        }
        try {
            KeyRing ring = read(now, make);
            View next = new View(ring, trusted(ring), now);
            failedAt = null;
            view = next;
            return next;
        } catch (RegistryException | GeneralSecurityException e) {
            failedAt = now;
            if (usable == null) {
                throw unavailable(e);
            }
            log.warn(
                    "The keys of tokens cannot be read from the document {}; those that were read"
                            + " before stay in use: {}",
                    DOCUMENT,
                    e.getMessage());
            return usable;
        }
    }

    private KeyRing read(Instant now, boolean make) throws GeneralSecurityException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Document> document = documents.read(NAME);
            KeyRing ring =
                    document.isPresent() ? KeyRing.parse(document.get().content()) : KeyRing.EMPTY;
            if (!make || !ring.isDue(now, rotation)) {
                return ring;
            }
            byte[] next = ring.withNewKey(name, now, keep).toBytes();
            boolean written =
                    document.isPresent()
                            ? documents.replace(NAME, next, document.get())
                            : documents.create(NAME, next);
            if (written) {
                log.info("A new key for tokens was made (document {}).", DOCUMENT);
            }
        }
        throw new GeneralSecurityException("other replicas write it all the time");
    }

    private static TrustedKeys trusted(KeyRing ring) throws GeneralSecurityException {
        return TrustedKeys.of(
                ring.entries().stream().map(entry -> entry.key().certificate()).toList(),
                new JWKSet());
    }

    private static RegistryException unavailable(@Nullable Exception cause) {
        return new RegistryException(
                List.of(
                        new RegistryError(
                                ErrorCode.UNAVAILABLE,
                                ErrorCode.UNAVAILABLE.message(),
                                "the keys of tokens cannot be read")),
                cause);
    }
}
