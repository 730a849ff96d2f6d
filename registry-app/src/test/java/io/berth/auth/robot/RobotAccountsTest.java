package io.berth.auth.robot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.berth.access.Identity;
import io.berth.auth.robot.RobotAccounts.Issued;
import io.berth.auth.tokenservice.DocumentsInMemory;
import io.berth.auth.tokenservice.MovableClock;
import io.berth.document.Document;
import io.berth.document.DocumentName;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.access.Credentials;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accounts, and the logins with their secrets, on two replicas. */
class RobotAccountsTest {

    private static final RobotName CI = new RobotName("ci");
    private static final Duration DAY = Duration.ofDays(1);

    private final MovableClock clock = new MovableClock();
    private final DocumentsInMemory documents = new DocumentsInMemory();
    private final RobotAccounts accounts = new RobotAccounts(documents, clock);
    private final RobotAuthenticator one = replica();
    private final RobotAuthenticator two = replica();

    private RobotAuthenticator replica() {
        return new RobotAuthenticator(
                new RobotLookup(
                        documents,
                        () -> Duration.ofSeconds(clock.instant().getEpochSecond()).toNanos()),
                true,
                clock);
    }

    private String create() {
        return accounts.create(CI, "builds", Set.of("build"), DAY).orElseThrow().secret();
    }

    private static @Nullable Identity login(
            RobotAuthenticator replica, String user, String secret) {
        return replica.authenticate(new Credentials.Basic(user, secret), "192.0.2.7");
    }

    private boolean isAccepted(String secret) {
        Identity first = login(one, "robot/ci", secret);
        assertThat(login(two, "robot/ci", secret)).isEqualTo(first);
        return first != null;
    }

    private void othersKnow() {
        clock.advance(RobotAccounts.DELAY);
    }

    @Test
    void aRobotLogsInWithItsSecret() {
        Issued issued = accounts.create(CI, "builds", Set.of("build"), DAY).orElseThrow();

        assertThat(issued.secret()).matches("berth_robot_[0-9a-f]{64}");
        assertThat(issued.robot().name().login()).isEqualTo("robot/ci");
        assertThat(login(one, "robot/ci", issued.secret()))
                .isEqualTo(
                        new Identity(Identity.Kind.ROBOT, "ci", Set.of("build"), Map.of(), null));
        assertThat(accounts.find(CI)).contains(issued.robot());
        assertThat(issued.robot().expires()).isEqualTo(clock.instant().plus(DAY));
    }

    @Test
    void whatIsKeptDoesNotShowTheSecret() {
        Issued issued = accounts.create(CI, "builds", Set.of(), DAY).orElseThrow();

        assertThat(documents.read(CI.document()).orElseThrow().content())
                .asString(StandardCharsets.UTF_8)
                .doesNotContain(issued.secret().substring("berth_robot_".length()));
        assertThat(issued).hasToString("Issued[ci]");
        assertThat(RobotSecret.of(issued.secret(), null)).hasToString("RobotSecret[until=null]");
    }

    @Test
    void anythingElseIsNotAccepted() {
        String secret = create();
        String other = accounts.create(new RobotName("b"), "", Set.of(), DAY).get().secret();

        for (String user :
                List.of("ci", "robot/b", "robot/x", "robot/", "robot/CI", "robot/../ci")) {
            assertThat(login(one, user, secret)).as(user).isNull();
        }
        for (String wrong :
                List.of(other, "", "berth_robot_", secret + "0", secret.toUpperCase(Locale.ROOT))) {
            assertThat(login(one, "robot/ci", wrong)).as(wrong).isNull();
        }
        assertThat(one.authenticate(new Credentials.Bearer(secret), "192.0.2.7")).isNull();
    }

    @Test
    void thereIsOneAccountOfAName() {
        String secret = create();

        assertThat(accounts.create(CI, "another", Set.of(), DAY)).isEmpty();
        assertThat(isAccepted(secret)).isTrue();
    }

    @Test
    void anAccountEnds() {
        String secret = create();
        clock.advance(DAY.minusSeconds(1));
        assertThat(isAccepted(secret)).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(isAccepted(secret)).isFalse();
    }

    @Test
    void anAccountMayHaveNoEnd() {
        Issued issued = accounts.create(CI, "", Set.of(), null).orElseThrow();
        clock.advance(Duration.ofDays(10_000));

        assertThat(isAccepted(issued.secret())).isTrue();
        assertThat(issued.robot().expires()).isNull();
    }

    @Test
    void bothSecretsAreAcceptedDuringAnOverlap() {
        String first = create();
        String second = accounts.rotate(CI, Duration.ofHours(1)).orElseThrow().secret();
        othersKnow();
        assertThat(isAccepted(first)).isTrue();
        assertThat(isAccepted(second)).isTrue();

        clock.advance(Duration.ofHours(1));
        assertThat(isAccepted(first)).isFalse();
        assertThat(isAccepted(second)).isTrue();
    }

    @Test
    void onlyTheLastSecretOverlaps() {
        String first = create();
        String second = accounts.rotate(CI, Duration.ofHours(1)).orElseThrow().secret();
        Issued third = accounts.rotate(CI, Duration.ofHours(1)).orElseThrow();
        othersKnow();

        assertThat(isAccepted(first)).isFalse();
        assertThat(isAccepted(second)).isTrue();
        assertThat(isAccepted(third.secret())).isTrue();
        assertThat(third.robot().secretsEnd()).hasSize(2);
        String last = accounts.rotate(CI, Duration.ZERO).orElseThrow().secret();
        othersKnow();
        assertThat(isAccepted(third.secret())).isFalse();
        assertThat(isAccepted(last)).isTrue();
    }

    @Test
    void anAccountMayBeGivenMoreTimeButNotASecretThatEnds() {
        String first = create();
        String second = accounts.rotate(CI, Duration.ofDays(2)).orElseThrow().secret();
        clock.advance(DAY);
        assertThat(isAccepted(first)).isFalse();
        assertThat(isAccepted(second)).isFalse();

        assertThat(accounts.setLifetime(CI, Duration.ofDays(2)).orElseThrow().secretsEnd())
                .containsExactly(
                        clock.instant().plus(DAY), clock.instant().plus(Duration.ofDays(2)));
        othersKnow();
        assertThat(isAccepted(first)).isTrue();
        assertThat(isAccepted(second)).isTrue();
        clock.advance(DAY);
        assertThat(isAccepted(first)).isFalse();
        assertThat(isAccepted(second)).isTrue();
        assertThat(accounts.setLifetime(CI, null).orElseThrow().expires()).isNull();
        assertThat(accounts.setLifetime(new RobotName("x"), null)).isEmpty();
        assertThat(accounts.rotate(new RobotName("x"), DAY)).isEmpty();
    }

    @Test
    void anAccountIsTurnedOffAndOnEverywhere() {
        String secret = create();
        assertThat(isAccepted(secret)).isTrue();
        assertThat(accounts.setEnabled(CI, false).orElseThrow().enabled()).isFalse();
        othersKnow();
        assertThat(isAccepted(secret)).isFalse();

        accounts.setEnabled(CI, true);
        othersKnow();
        assertThat(isAccepted(secret)).isTrue();
        assertThat(accounts.setEnabled(new RobotName("x"), true)).isEmpty();
    }

    @Test
    void anAccountIsRemovedEverywhere() {
        String secret = create();
        assertThat(isAccepted(secret)).isTrue();
        assertThat(accounts.delete(CI)).isTrue();
        othersKnow();

        assertThat(isAccepted(secret)).isFalse();
        assertThat(accounts.delete(CI)).isFalse();
        assertThat(accounts.find(CI)).isEmpty();
        assertThat(create()).isNotEqualTo(secret);
    }

    @Test
    void changesAtTheSameTimeAreAllMade() throws Exception {
        create();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<String>> rotations =
                    IntStream.range(0, 4)
                            .<Callable<String>>mapToObj(
                                    i -> () -> accounts.rotate(CI, DAY).orElseThrow().secret())
                            .toList();
            List<String> secrets = new ArrayList<>();
            for (var each : threads.invokeAll(rotations)) {
                secrets.add(each.get());
            }
            assertThat(secrets.stream().filter(this::isAccepted)).hasSize(2);
        }
    }

    @Test
    void accountsAreListedInPages() {
        for (int i = 0; i < 5; i++) {
            accounts.create(new RobotName("r" + i), "", Set.of(), DAY);
        }
        documents.create(DocumentName.of("robots/r1-damaged"), new byte[] {'{'});
        RobotAccounts.Page first = accounts.list(null, 3);
        RobotAccounts.Page second = accounts.list(first.next(), 3);

        assertThat(first.robots())
                .extracting(robot -> robot.name().value())
                .containsExactly("r0", "r1");
        assertThat(second.robots())
                .extracting(robot -> robot.name().value())
                .containsExactly("r2", "r3", "r4");
        assertThat(second.next()).isNull();
        assertThat(accounts.list(null, 6).next()).isNull();
        assertThatIllegalArgumentException().isThrownBy(() -> accounts.list(null, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> accounts.list(null, 101));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "{}", "[]", "{\"created\":\"x\"}"})
    void aDamagedAccountIsToldAndStays(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        documents.create(CI.document(), bytes);
        String secret = RobotSecret.generate();

        for (Callable<?> each :
                List.<Callable<?>>of(
                        () -> accounts.find(CI),
                        () -> accounts.rotate(CI, DAY),
                        () -> login(one, "robot/ci", secret))) {
            assertThatExceptionOfType(RegistryException.class)
                    .isThrownBy(each::call)
                    .matches(e -> e.code() == ErrorCode.UNAVAILABLE);
        }
        assertThat(documents.read(CI.document()).map(Document::content)).contains(bytes);
        assertThat(accounts.delete(CI)).isTrue();
    }

    @Test
    void valuesHaveBounds() {
        Set<String> most = new HashSet<>();
        IntStream.range(0, Robot.MAX_GROUPS).forEach(i -> most.add(i + "g".repeat(190)));
        assertThat(accounts.create(CI, "d".repeat(Robot.MAX_DESCRIPTION), most, DAY)).isPresent();

        RobotName other = new RobotName("other");
        most.add("one more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> accounts.create(other, "", most, DAY));
        for (String description : List.of("d".repeat(Robot.MAX_DESCRIPTION + 1), "a\nb")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> accounts.create(other, description, Set.of(), DAY));
        }
        for (Set<String> groups :
                List.of(Set.of(" "), Set.of("g".repeat(201)), Set.of("a\u0000"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> accounts.create(other, "", groups, DAY));
        }
        for (Duration wrong : List.of(Duration.ZERO, DAY.negated(), Duration.ofDays(3661))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> accounts.create(other, "", Set.of(), wrong));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> accounts.rotate(CI, DAY.negated()));
        assertThat(accounts.find(other)).isEmpty();
        for (String name : List.of("", "A", "a/b", "-a", "a b", "a".repeat(129))) {
            assertThatIllegalArgumentException().isThrownBy(() -> new RobotName(name));
        }
    }

    @Test
    void anAccountIsReadOnceInSomeSeconds() {
        String secret = create();
        for (int i = 0; i < 100; i++) {
            login(one, "robot/ci", secret);
            login(one, "robot/ci", RobotSecret.generate());
            login(one, "robot/none", secret);
        }

        assertThat(documents.reads).hasValue(2);
    }

    @Test
    void whatIsNoSecretCausesNoRead() {
        login(one, "robot/ci", "password");

        assertThat(documents.reads).hasValue(0);
    }

    @Test
    void unknownNamesCauseFewReadsAndKeepNobodyOut() {
        String secret = create();
        assertThat(login(one, "robot/ci", secret)).isNotNull();
        othersKnow();
        for (int i = 0; i < RobotLookup.UNKNOWN_PER_SECOND; i++) {
            assertThat(login(one, "robot/r" + i, secret)).isNull();
        }

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> login(one, "robot/one-more", secret))
                .matches(e -> e.code() == ErrorCode.TOO_MANY_REQUESTS);
        assertThat(login(one, "robot/ci", secret)).isNotNull();
        clock.advance(Duration.ofSeconds(1));
        assertThat(login(one, "robot/one-more", secret)).isNull();
    }

    @Test
    void whileTheStoreIsAwayALoginIsUnavailable() {
        String secret = create();
        documents.setDown(true);

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> login(one, "robot/ci", secret))
                .matches(e -> e.code() == ErrorCode.UNAVAILABLE);
        documents.setDown(false);
        assertThat(login(one, "robot/ci", secret)).isNotNull();
    }
}
