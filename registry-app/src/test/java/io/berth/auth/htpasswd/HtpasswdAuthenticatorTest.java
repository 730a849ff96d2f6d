package io.berth.auth.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.Identity;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.access.Authenticator.Failure;
import io.berth.http.access.Credentials;
import io.berth.reload.FileStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

@Timeout(60)
class HtpasswdAuthenticatorTest {

    private static final int PLACES = 20;

    @TempDir Path folder;

    private final ConcurrentLinkedQueue<String> compared = new ConcurrentLinkedQueue<>();
    private volatile CountDownLatch busy = new CountDownLatch(0);
    private volatile long nanos;
    private Path path;
    private HtpasswdAuthenticator authenticator;

    @BeforeEach
    void open() throws IOException {
        path = folder.resolve("users");
        Files.writeString(path, line("alice", "secret") + line("bob", "secret"));
        authenticator = authenticator("Registry");
    }

    private static String line(String user, String password) {
        return user + ":" + TestHashes.of(password, 5) + "\n";
    }

    private HtpasswdAuthenticator authenticator(String realm) {
        InstantSource inAnHour = InstantSource.fixed(Instant.now().plus(Duration.ofHours(1)));
        HtpasswdFile file =
                new HtpasswdFile(
                        path, inAnHour.withZone(ZoneOffset.UTC), () -> nanos, FileStamp::of);
        return new HtpasswdAuthenticator(
                realm,
                file,
                new PasswordCheck(this::compare),
                new RememberedChecks(() -> nanos),
                new CheckQueue(1, PLACES, Duration.ofMillis(200)));
    }

    private boolean compare(String password, String hash) {
        compared.add(password);
        try {
            busy.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return TestHashes.matches(password, hash);
    }

    private @Nullable Identity login(String user, String password) {
        return login(user, password, "192.0.2.1");
    }

    private @Nullable Identity login(String user, String password, String client) {
        return authenticator.authenticate(new Credentials.Basic(user, password), client);
    }

    @Test
    void knowsUsersByTheirPasswords() {
        assertThat(login("alice", "secret")).isEqualTo(Identity.user("alice", Set.of()));
        assertThat(login("bob", "secret")).isEqualTo(Identity.user("bob", Set.of()));
        assertThat(login("alice", "wrong")).isNull();
        assertThat(login("alice", "")).isNull();
        assertThat(login("", "")).isNull();
        assertThat(login("carol", "secret")).isNull();
        assertThat(login("alice\0", "secret")).isNull();
        assertThat(authenticator.authenticate(new Credentials.Bearer("secret"), "")).isNull();
    }

    @Test
    void checksOnceWhatIsAskedAgain() {
        for (int i = 0; i < 10; i++) {
            assertThat(login("alice", "secret")).isNotNull();
            assertThat(login("alice", "wrong")).isNull();
            assertThat(login("carol", "guess")).isNull();
        }
        assertThat(compared).containsExactly("secret", "wrong", "guess");
    }

    @Test
    void aChangedPasswordIsCheckedAgainAtOnceAndOthersAreNot() throws IOException {
        login("alice", "secret");
        login("bob", "secret");
        login("alice", "new");
        compared.clear();
        Files.writeString(path, line("alice", "new") + line("bob", "secret"));
        nanos += TimeUnit.SECONDS.toNanos(1);

        assertThat(login("alice", "secret")).isNull();
        assertThat(login("alice", "new")).isNotNull();
        assertThat(login("bob", "secret")).isNotNull();
        assertThat(compared).containsExactly("secret", "new");
    }

    @Test
    void aUserWhoIsRemovedIsOutAtOnce() throws IOException {
        assertThat(login("bob", "secret")).isNotNull();
        Files.writeString(path, line("alice", "secret"));
        nanos += TimeUnit.SECONDS.toNanos(1);

        assertThat(login("bob", "secret")).isNull();
    }

    @Test
    void equalLoginsAtTheSameTimeAreCheckedOnce() throws Exception {
        busy = new CountDownLatch(1);
        List<Future<@Nullable Identity>> logins = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < PLACES / 2; i++) {
                logins.add(threads.submit(() -> login("alice", "secret")));
            }
            while (compared.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            busy.countDown();
        }

        for (Future<@Nullable Identity> login : logins) {
            assertThat(login.get()).isNotNull();
        }
        assertThat(compared).containsExactly("secret");
    }

    @Test
    void aStormIsRefusedWhileClientsThatHaveLoggedInAreServed() throws Exception {
        login("alice", "secret");
        login("alice", "remembered as wrong");
        busy = new CountDownLatch(1);
        AtomicInteger refused = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                String guess = "guess " + i;
                String client = "198.51.100." + i % 2; // half of the places for each
                threads.submit(
                        () -> {
                            try {
                                login("alice", guess, client);
                            } catch (RegistryException e) {
                                assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
                                refused.incrementAndGet();
                            }
                        });
            }
            while (refused.get() < 1000 - PLACES) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            assertThat(login("alice", "secret")).isNotNull();
            assertThat(login("alice", "remembered as wrong")).isNull();
            assertThatThrownBy(() -> login("bob", "secret")) // which nobody has checked yet
                    .isInstanceOf(RegistryException.class);
            busy.countDown();
        }
        assertThat(refused).hasValueBetween(1000 - PLACES, 999);
        assertThat(login("bob", "secret")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '|',
            textBlock =
                    """
                    Registry Realm;  Basic realm="Registry Realm"
                    a "quoted" one;  Basic realm="a \\"quoted\\" one"
                    back\\slash";    Basic realm="back\\\\slash\\""
                    a", Bearer b="c; Basic realm="a\\", Bearer b=\\"c"
                    """)
    void theChallengeQuotesTheRealm(String realm, String challenge) {
        assertThat(
                        authenticator(realm)
                                .challenges(
                                        new MockHttpServletRequest(),
                                        List.of(),
                                        Failure.NO_CREDENTIALS))
                .containsExactly(challenge);
    }
}
