package io.berth.auth.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.auth.htpasswd.RememberedChecks.Fingerprint;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RememberedChecksTest {

    private static final BcryptHash HASH = hash("secret");

    private long nanos;
    private final RememberedChecks remembered = new RememberedChecks(() -> nanos);

    private static BcryptHash hash(String password) {
        return Objects.requireNonNull(BcryptHash.parse(TestHashes.of(password, 5)));
    }

    private Fingerprint fingerprint(String user, @Nullable BcryptHash hash, String password) {
        return remembered.fingerprint(user, hash, password);
    }

    @Test
    void remembersWhatWasRightAndWhatWasWrong() {
        remembered.remember(fingerprint("alice", HASH, "secret"), true);
        remembered.remember(fingerprint("alice", HASH, "wrong"), false);

        assertThat(remembered.find(fingerprint("alice", HASH, "secret"))).isTrue();
        assertThat(remembered.find(fingerprint("alice", HASH, "wrong"))).isFalse();
        assertThat(remembered.find(fingerprint("alice", HASH, "other"))).isNull();
    }

    @Test
    void anotherHashIsAnotherCheck() {
        remembered.remember(fingerprint("alice", HASH, "secret"), true);

        assertThat(remembered.find(fingerprint("alice", hash("other"), "secret"))).isNull();
        assertThat(remembered.find(fingerprint("alice", null, "secret"))).isNull();
        assertThat(remembered.find(fingerprint("bob", HASH, "secret"))).isNull();
    }

    @Test
    void noTwoChecksAreTakenForOne() {
        Set<Fingerprint> fingerprints = new HashSet<>();
        for (String user : List.of("", "a", "aa", "a-", "\u00e9")) {
            for (String password :
                    List.of("", "a", "aa", ":a", "-", "\u00e9", HASH.text(), HASH.text() + "a")) {
                fingerprints.add(fingerprint(user, null, password));
                fingerprints.add(fingerprint(user, HASH, password));
            }
        }
        assertThat(fingerprints).hasSize(5 * 8 * 2);
    }

    @Test
    void anotherProcessHasOtherFingerprints() {
        RememberedChecks other = new RememberedChecks(() -> nanos);

        assertThat(other.fingerprint("alice", HASH, "secret"))
                .isNotEqualTo(fingerprint("alice", HASH, "secret"));
    }

    @Test
    void forgetsWhatWasWrongSooner() {
        remembered.remember(fingerprint("alice", HASH, "secret"), true);
        remembered.remember(fingerprint("alice", HASH, "wrong"), false);

        nanos = RememberedChecks.WRONG.toNanos();
        assertThat(remembered.find(fingerprint("alice", HASH, "wrong"))).isNull();
        assertThat(remembered.find(fingerprint("alice", HASH, "secret"))).isTrue();

        nanos = RememberedChecks.RIGHT.toNanos();
        assertThat(remembered.find(fingerprint("alice", HASH, "secret"))).isNull();
    }

    /** A client that guesses cannot make the registry forget users, nor hold more and more. */
    @Test
    void isBoundedAndWrongOnesTakeNoRoomFromRightOnes() {
        for (int i = 0; i < 100; i++) {
            remembered.remember(fingerprint("user" + i, HASH, "secret"), true);
        }
        for (int i = 0; i < 3 * RememberedChecks.MAX_WRONG; i++) {
            remembered.remember(fingerprint("alice", HASH, "guess" + i), false);
        }
        assertThat(remembered.size()).isEqualTo(100 + RememberedChecks.MAX_WRONG);
        for (int i = 0; i < 100; i++) {
            assertThat(remembered.find(fingerprint("user" + i, HASH, "secret"))).isTrue();
        }

        for (int i = 0; i < 3 * RememberedChecks.MAX_RIGHT; i++) {
            remembered.remember(fingerprint("user" + i, HASH, "secret"), true);
        }
        assertThat(remembered.size())
                .isEqualTo(RememberedChecks.MAX_RIGHT + RememberedChecks.MAX_WRONG);
    }
}
