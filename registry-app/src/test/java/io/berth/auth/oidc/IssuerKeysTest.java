package io.berth.auth.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IssuerKeysTest {

    private static final ECKey OLD = TestIssuer.ec("old");
    private static final ECKey NEW = TestIssuer.ec("new");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000); // about to overflow
    private final AtomicInteger fetches = new AtomicInteger();
    private volatile @Nullable String failure;
    private volatile List<JWK> published = List.of(OLD);
    private volatile CountDownLatch answered = new CountDownLatch(0);
    private final IssuerKeys keys = new IssuerKeys("test", this::fetch, nanos::get, Runnable::run);

    private KeySet fetch() throws IOException {
        fetches.incrementAndGet();
        try {
            answered.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (failure != null) {
            throw new IOException(failure);
        }
        return KeySet.parse(new JWKSet(published).toString().getBytes(StandardCharsets.UTF_8));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private @Nullable JWK find(String id) {
        return keys.find(id, JWSAlgorithm.ES256);
    }

    private static void isUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(RegistryException.class)
                .extracting(e -> ((RegistryException) e).code())
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void areFetchedWhenTheyAreFirstNeeded() {
        assertThat(find("old")).isEqualTo(OLD.toPublicJWK());
        assertThat(find("old")).isEqualTo(OLD.toPublicJWK());
        assertThat(fetches).hasValue(1);
    }

    @Test
    void anUnknownKeyDoesNotCauseAFetchPerRequest() {
        find("old");
        pass(IssuerKeys.BETWEEN);

        for (int i = 0; i < 1000; i++) {
            assertThat(find("made up " + i)).isNull();
        }
        assertThat(fetches).hasValue(2);
    }

    @Test
    void aNewKeyIsFoundWhenATokenNamesIt() {
        find("old");
        published = List.of(OLD, NEW);
        pass(IssuerKeys.BETWEEN.minusMillis(1));
        assertThat(find("new")).isNull();

        pass(Duration.ofMillis(1));
        assertThat(find("new")).isEqualTo(NEW.toPublicJWK());
    }

    @Test
    void aKeyThatIsWithdrawnCountsForAnHourAtMost() {
        find("old");
        published = List.of(NEW);
        pass(IssuerKeys.RENEWED.minusMillis(1));
        assertThat(find("old")).isNotNull();
        assertThat(fetches).hasValue(1);

        pass(Duration.ofMinutes(30).plusMillis(1));
        assertThat(find("old")).isNull();
        assertThat(find("new")).isNotNull();
    }

    @Test
    void keysAreRenewedBeforeAnyoneHasToWait() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IssuerKeys inBackground = new IssuerKeys("test", this::fetch, nanos::get, threads);
            inBackground.find("old", JWSAlgorithm.ES256);
            pass(IssuerKeys.RENEWED);
            answered = new CountDownLatch(1);

            assertThat(inBackground.find("old", JWSAlgorithm.ES256)).isNotNull();
            while (fetches.get() < 2) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            assertThat(inBackground.find("old", JWSAlgorithm.ES256)).isNotNull();
            answered.countDown();
        }
        assertThat(fetches).hasValue(2);
    }

    @Test
    void theLastKeysCountForADayWhileTheIssuerIsDown() {
        find("old");
        failure = "down";
        pass(IssuerKeys.FRESH);
        assertThat(find("old")).isNotNull();
        pass(IssuerKeys.KEPT.minus(IssuerKeys.FRESH).minusMillis(1));
        assertThat(find("old")).isNotNull();

        pass(Duration.ofMillis(1));
        isUnavailable(() -> find("old"));
    }

    @Test
    void whileTheIssuerIsDownAnUnknownKeyIsNotCalledWrong() {
        find("old");
        failure = "down";
        pass(IssuerKeys.BETWEEN);

        isUnavailable(() -> find("new"));
        isUnavailable(() -> find("new"));
        assertThat(find("old")).isNotNull();
        assertThat(fetches).hasValue(2);
    }

    @Test
    void anIssuerThatIsDownAtFirstIsAskedAgain() {
        failure = "down";
        for (int i = 0; i < 10; i++) {
            isUnavailable(() -> find("old"));
        }
        assertThat(fetches).hasValue(1);

        failure = null;
        pass(IssuerKeys.BETWEEN);
        assertThat(find("old")).isNotNull();
    }

    @Test
    void aDefectOfTheSourceIsAnOutage() {
        IssuerKeys broken =
                new IssuerKeys(
                        "test",
                        () -> {
                            throw new IllegalStateException("defect");
                        },
                        nanos::get,
                        Runnable::run);

        isUnavailable(() -> broken.find("old", JWSAlgorithm.ES256));
    }

    @Test
    void onlySomeRequestsWaitAndOneFetchIsMadeForAll() throws Exception {
        answered = new CountDownLatch(1);
        AtomicInteger unavailable = new AtomicInteger();
        int all = 3 * IssuerKeys.WAITING;
        List<Future<?>> requests = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IssuerKeys slow = new IssuerKeys("test", this::fetch, nanos::get, threads);
            for (int i = 0; i < all; i++) {
                requests.add(
                        threads.submit(
                                () -> {
                                    try {
                                        slow.find("old", JWSAlgorithm.ES256);
                                    } catch (RegistryException e) {
                                        unavailable.incrementAndGet();
                                    }
                                }));
            }
            while (unavailable.get() < all - IssuerKeys.WAITING) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            answered.countDown();
        }
        for (Future<?> request : requests) {
            request.get();
        }
        assertThat(unavailable).hasValue(all - IssuerKeys.WAITING);
        assertThat(fetches).hasValue(1);
    }

    @Test
    void noRequestWaitsForLong() throws Exception {
        answered = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IssuerKeys slow = new IssuerKeys("test", this::fetch, nanos::get, threads);
            long begun = System.nanoTime();
            isUnavailable(() -> slow.find("old", JWSAlgorithm.ES256));
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(IssuerKeys.PATIENCE, IssuerKeys.PATIENCE.multipliedBy(4));
            answered.countDown();
        }
    }

    @Test
    void clientsAreNotToldTheReason() {
        failure = "https://internal.example.com/jwks was answered with status 500";

        assertThatThrownBy(() -> find("old"))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.errors().toString()).doesNotContain("internal"));
    }
}
