package io.berth.auth.tokenservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import io.berth.auth.token.TokenSettings.SigningAlgorithm;
import io.berth.auth.token.TokenVerifier;
import io.berth.document.DocumentName;
import io.berth.error.RegistryException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedSigningKeysTest {

    private static final Duration ROTATION = Duration.ofDays(90);
    private static final Duration KEEP = Duration.ofDays(30);
    private static final DocumentName NAME = DocumentName.of(SharedSigningKeys.DOCUMENT);

    private final MovableClock clock = new MovableClock();
    private final DocumentsInMemory documents = new DocumentsInMemory();
    private final SharedSigningKeys one = replica(ROTATION);
    private final SharedSigningKeys two = replica(ROTATION);

    private SharedSigningKeys replica(Duration rotation) {
        return new SharedSigningKeys(documents, "Tokens of a test", rotation, KEEP, clock);
    }

    private String token(SigningKeys keys) {
        return keys.signing()
                .sign(
                        JOSEObjectType.JWT,
                        Map.of(
                                "iss", "berth",
                                "aud", "a",
                                "exp", clock.instant().plus(KEEP).getEpochSecond()));
    }

    private boolean accepts(SigningKeys keys, String token) {
        return new TokenVerifier(
                                "berth",
                                "a",
                                List.of(SigningAlgorithm.ES256),
                                keys,
                                IdentityClaim::read,
                                clock)
                        .claims(token)
                != null;
    }

    private static List<String> ids(SigningKeys keys) {
        return keys.all().stream().map(SharedSigningKeysTest::id).toList();
    }

    private static String id(SigningKey key) {
        return String.valueOf(key.publicJwk().get("kid"));
    }

    @Test
    void replicasAgreeOnTheFirstKey() {
        String token = token(one);

        assertThat(ids(two)).isEqualTo(ids(one)).hasSize(1);
        assertThat(accepts(two, token)).isTrue();
    }

    @Test
    void replicasThatBeginTogetherAgree() throws Exception {
        List<SharedSigningKeys> replicas = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            replicas.add(replica(ROTATION));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(replicas.size())) {
            List<Callable<String>> all =
                    replicas.stream()
                            .<Callable<String>>map(replica -> () -> id(replica.signing()))
                            .toList();
            List<String> ids = new ArrayList<>();
            for (Future<String> each : threads.invokeAll(all)) {
                ids.add(each.get());
            }
            assertThat(ids).containsOnly(id(one.signing()));
        }
    }

    @Test
    void aTokenOfAnotherKeyIsNotAccepted() {
        token(one);
        SharedSigningKeys other =
                new SharedSigningKeys(new DocumentsInMemory(), "x", ROTATION, KEEP, clock);

        assertThat(accepts(one, token(other))).isFalse();
    }

    @Test
    void theNextKeyIsKnownADayBeforeItSigns() {
        String first = id(one.signing());
        clock.advance(ROTATION.minus(KeyRing.LEAD).minusSeconds(1));
        assertThat(ids(one)).containsExactly(first);

        clock.advance(Duration.ofSeconds(1));
        assertThat(ids(one)).hasSize(2).startsWith(first);
        assertThat(id(one.signing())).isEqualTo(first);

        clock.advance(KeyRing.LEAD.minusSeconds(1));
        assertThat(id(one.signing())).isEqualTo(first);
        clock.advance(Duration.ofSeconds(1));
        assertThat(id(one.signing())).isEqualTo(ids(one).getLast()).isNotEqualTo(first);
    }

    @Test
    void anOldKeyVerifiesWhatItHasSignedAndIsRemovedLater() {
        clock.advance(Duration.ZERO);
        one.signing();
        clock.advance(ROTATION.minusSeconds(61));
        one.signing(); // makes the next one
        clock.advance(KeyRing.LEAD.minusSeconds(61));
        String last = token(one);
        String first = id(one.signing());

        clock.advance(KEEP.minusSeconds(61));
        assertThat(accepts(two, last)).isTrue();
        clock.advance(ROTATION);
        assertThat(ids(one)).doesNotContain(first);
    }

    @Test
    void keysFollowEachOther() {
        List<String> signed = new ArrayList<>();
        for (int day = 0; day < 400; day++) {
            String id = id(day % 2 == 0 ? one.signing() : two.signing());
            if (signed.isEmpty() || !signed.getLast().equals(id)) {
                signed.add(id);
            }
            clock.advance(Duration.ofDays(1));
        }

        assertThat(signed).hasSize(5).doesNotHaveDuplicates();
        assertThat(ids(one)).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void withoutRotationAKeySignsForYears() {
        SharedSigningKeys keys = replica(Duration.ZERO);
        String first = id(keys.signing());
        clock.advance(Duration.ofDays(3600));
        assertThat(ids(keys)).containsExactly(first);

        clock.advance(Duration.ofDays(48));
        assertThat(ids(keys)).hasSize(2);
        clock.advance(Duration.ofDays(1).plusHours(1));
        assertThat(id(keys.signing())).isNotEqualTo(first);
    }

    @Test
    void theDocumentIsReadOncePerMinute() {
        one.signing();
        int before = documents.reads.get();
        for (int i = 0; i < 100; i++) {
            accepts(one, token(one));
        }
        assertThat(documents.reads).hasValue(before);

        clock.advance(SharedSigningKeys.FRESH);
        for (int i = 0; i < 100; i++) {
            accepts(one, token(one));
        }
        assertThat(documents.reads).hasValue(before + 1);
    }

    @Test
    void aKeyThatAnotherReplicaHasMadeIsFound() {
        assertThat(accepts(two, "x")).isFalse();
        two.known(); // there is no key yet
        String token = token(one);
        assertThat(accepts(two, token)).isFalse();

        clock.advance(SharedSigningKeys.FRESH_FOR_UNKNOWN);
        assertThat(accepts(two, token)).isTrue();
    }

    @Test
    void tokensWithUnknownKeysCauseFewReads() {
        one.signing();
        String wrong =
                token(new SharedSigningKeys(new DocumentsInMemory(), "x", ROTATION, KEEP, clock));
        int before = documents.reads.get();
        for (int second = 0; second < 20; second++) {
            for (int i = 0; i < 20; i++) {
                assertThat(accepts(one, wrong)).isFalse();
            }
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(documents.reads.get() - before).isBetween(1, 2);
    }

    @Test
    void keysThatWereReadStayWhileTheDocumentsAreAway() {
        String token = token(one);
        documents.setDown(true);
        clock.advance(SharedSigningKeys.FRESH);
        int before = documents.reads.get();

        for (int i = 0; i < 10; i++) {
            assertThat(accepts(one, token)).isTrue();
            token(one);
        }
        assertThat(documents.reads).hasValue(before + 1);
    }

    @Test
    void withoutAnyKeyRequestsAreRefusedAndTheStoreIsAskedSeldom() {
        documents.setDown(true);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(one::signing).isInstanceOf(RegistryException.class);
            assertThatThrownBy(one::known).isInstanceOf(RegistryException.class);
        }
        assertThat(documents.reads).hasValue(1);

        documents.setDown(false);
        clock.advance(SharedSigningKeys.PAUSE);
        assertThat(one.all()).hasSize(1);
    }

    @Test
    void withoutTheDocumentEverythingIsIssuedAnew() {
        String token = token(one);
        assertThat(accepts(two, token)).isTrue();
        documents.remove(NAME, documents.read(NAME).orElseThrow());
        clock.advance(SharedSigningKeys.FRESH);

        assertThat(accepts(two, token)).isFalse();
        assertThat(accepts(two, token(two))).isTrue();
        assertThat(accepts(one, token)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "{\"keys\":[{}]}",
                "{\"keys\":[null]}",
                "{\"keys\":[{\"signsFrom\":\"2026-11-28T12:00:00Z\",\"privateKey\":\"!\","
                        + "\"certificate\":\"\"}]}"
            })
    void aDamagedDocumentIsNotOverwritten(String content) {
        documents.create(NAME, content.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(one::signing)
                .isInstanceOf(RegistryException.class)
                .hasRootCauseMessage("it is not what the registry has written");
        assertThat(documents.read(NAME).orElseThrow().content())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(content);
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        SigningKey first = one.signing();
        SigningKey second =
                new SharedSigningKeys(new DocumentsInMemory(), "x", ROTATION, KEEP, clock)
                        .signing();

        assertThatThrownBy(() -> new SigningKey(first.privateKey(), second.chain()))
                .hasMessage("the certificate is that of another key");
    }
}
