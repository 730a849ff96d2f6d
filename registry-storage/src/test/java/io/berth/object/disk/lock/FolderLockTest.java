package io.berth.object.disk.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.Eventually;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.StagedObject;
import io.berth.object.disk.DiskSettings;
import io.berth.object.disk.DiskStore;
import io.berth.object.disk.RecordingCalls;
import io.berth.object.disk.file.FileState;
import io.berth.object.disk.file.SystemCalls;
import io.berth.setting.ByteSize;
import io.berth.setting.GoDuration;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes on one folder. */
class FolderLockTest {

    private static final ObjectKey TEMPORARY = ObjectKey.of("own/tmp");
    private static final ObjectKey LOCK = ObjectKey.of("own/lock");
    private static final Duration MOMENT = Duration.ofMillis(200);

    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir Path root;

    /** A process that has a folder until it is told to go, or is killed. */
    public static final class Holder {

        private Holder() {}

        public static void main(String[] args) throws IOException {
            try (DiskStore store = open(Path.of(args[0]), Duration.ofSeconds(20))) {
                System.out.println("has it");
                int told = System.in.read();
                assert told != 0 && store != null;
            }
            System.out.println("let go");
        }
    }

    private Process holder() throws IOException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                root.toString())
                        .redirectErrorStream(true)
                        .start();
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line;
        do {
            line = out.readLine();
            assertThat(line).as("the other process").isNotNull();
        } while (!line.equals("has it"));
        return process;
    }

    private DiskStore open(Duration patience) {
        return open(root, patience);
    }

    private static DiskStore open(Path root, Duration patience) {
        DiskSettings settings =
                new DiskSettings(root, new GoDuration(patience), false, new ByteSize(0));
        return DiskStore.open(settings, TEMPORARY, 1 << 20, 0, LOCK);
    }

    @Test
    void aSecondProcessIsRefusedUntilTheFirstEnds() throws Exception {
        Process first = holder();
        try {
            assertThatThrownBy(() -> open(MOMENT))
                    .isInstanceOf(FolderInUseException.class)
                    .hasMessageMatching(
                            "the folder "
                                    + root
                                    + " is in use by another process \\(id "
                                    + first.pid()
                                    + "( on \\S+)?, since 20\\S+Z\\)");
            // Having looked does not take it from the first.
            assertThatThrownBy(() -> open(MOMENT)).isInstanceOf(FolderInUseException.class);
            first.getOutputStream().write('\n');
            first.getOutputStream().flush();

            open(Duration.ofSeconds(20)).close();
        } finally {
            first.destroyForcibly();
        }
    }

    @Test
    void theLockOfAProcessThatWasKilledHindersNobody() throws Exception {
        Process first = holder();
        first.destroyForcibly();
        assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();

        open(Duration.ZERO).close();
    }

    @Test
    void twoStoresOfOneProcessAreTwo() throws Exception {
        DiskStore first = open(Duration.ZERO);
        assertThatThrownBy(() -> open(MOMENT))
                .isInstanceOf(FolderInUseException.class)
                .hasMessageEndingWith("in use by this process");

        Process waiting =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                root.toString())
                        .start();
        try {
            Thread.sleep(1500);
            first.close();
            BufferedReader out =
                    new BufferedReader(
                            new InputStreamReader(
                                    waiting.getInputStream(), StandardCharsets.UTF_8));
            String line;
            do {
                line = out.readLine();
                assertThat(line).as("the other process").isNotNull();
            } while (!line.equals("has it"));
        } finally {
            waiting.destroyForcibly();
        }
    }

    @Test
    void aFolderThatCannotBeLockedForWantOfRoomIsLocked() throws Exception {
        Files.createDirectories(root.resolve("own"));
        Files.writeString(root.resolve("own/lock"), "what a crash left\n".repeat(100));

        try (DiskStore store = open(Duration.ZERO)) {
            assertThat(store.distinguishesCase()).isTrue();
            assertThat(Files.size(root.resolve("own/lock"))).isLessThan(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"removed", "replaced"})
    void aLockFileThatIsNotTheLockedOneEndsWritesAndAbsence(String how) throws Exception {
        ObjectKey key = ObjectKey.of("data/known");
        try (DiskStore store = open(Duration.ZERO)) {
            store.put(key, CONTENT, Condition.always(), Durability.WHOLE);
            try (StagedObject staged = store.stage(ObjectKey.of("data/session"))) {
                Files.delete(root.resolve("own/lock"));
                if (how.equals("replaced")) {
                    Files.writeString(root.resolve("own/lock"), "of another process");
                }
                Eventually.await("it is noticed", () -> isUnavailable(store::verify));

                assertLost(() -> staged.append(CONTENT, 0, CONTENT.length));
                assertLost(() -> staged.publish(key, Durability.WHOLE, null));
            }
            assertLost(() -> store.put(key, CONTENT, Condition.always(), Durability.WHOLE));
            assertLost(() -> store.write(key).close());
            assertLost(() -> store.stage(ObjectKey.of("data/another")).close());
            assertLost(() -> store.delete(key, Condition.always()));
            assertLost(() -> store.head(ObjectKey.of("data/absent")));
            assertLost(() -> store.read(ObjectKey.of("data/absent"), 10));
            assertThat(store.read(key, 10)).isEqualTo(CONTENT);
        }
        try (DiskStore again = open(Duration.ZERO)) {
            again.verify();
            again.delete(key, Condition.always());
        }
    }

    private static void assertLost(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("the lock file was removed or replaced")
                .hasMessageContaining("stop all of them and start one");
    }

    private static boolean isUnavailable(Runnable call) {
        try {
            call.run();
            return false;
        } catch (Unavailable e) {
            return true;
        }
    }

    /** A real second process: the first one must not write beside it. */
    @Test
    void aSecondProcessThatGotInEndsTheWritesOfTheFirst() throws Exception {
        try (DiskStore store = open(Duration.ZERO)) {
            Files.delete(root.resolve("own/lock"));
            Process second = holder();
            try {
                Eventually.await("it is noticed", () -> isUnavailable(store::verify));
                assertLost(
                        () ->
                                store.put(
                                        ObjectKey.of("data/new"),
                                        CONTENT,
                                        Condition.always(),
                                        Durability.WHOLE));
            } finally {
                second.destroyForcibly();
            }
        }
    }

    @Test
    void aFolderThatWasAwayIsTheSameAgain() throws Exception {
        Path folder = root.resolve("folder");
        ObjectKey marker = ObjectKey.of("own/marker");
        try (DiskStore store = open(folder, Duration.ZERO)) {
            store.put(marker, CONTENT, Condition.always(), Durability.WHOLE);
            store.guardBy(marker, CONTENT);
            Files.move(folder, root.resolve("away"));
            assertThatThrownBy(store::verify)
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("the folder is missing");
            Files.move(root.resolve("away"), folder);

            store.verify();
            store.delete(marker, Condition.always());
        }
    }

    @Test
    void theLockFileIsLookedAtOnceASecondAtTheMostAndNeverTrustedAgain() throws Exception {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
        RecordingCalls calls = new RecordingCalls(root);
        Path file = Files.createFile(root.resolve("lock"));
        LockWatch watch = new LockWatch(file, stateOf(file), calls, nanos::get);
        for (int i = 0; i < 3; i++) {
            watch.require(() -> {});
            watch.require(() -> {});
            nanos.addAndGet(LockWatch.INTERVAL.toNanos() - 1);
            watch.require(() -> {});
            assertThat(calls.made()).containsExactly("attributes of /lock");
            nanos.incrementAndGet();
        }
        calls.fail("attributes");
        assertThatThrownBy(() -> watch.require(() -> {})).isInstanceOf(Unavailable.class);
        calls.repair();
        watch.require(() -> {});

        Path kept = Files.move(file, root.resolve("kept"));
        nanos.addAndGet(LockWatch.INTERVAL.toNanos());
        assertLost(() -> watch.require(() -> {}));
        Files.move(kept, file);
        nanos.addAndGet(LockWatch.INTERVAL.toNanos());
        assertLost(() -> watch.require(() -> {}));
    }

    private static FileState stateOf(Path file) throws IOException {
        return FileState.of(Files.readAttributes(file, BasicFileAttributes.class));
    }

    private static void look(Path file, FileState locked) {
        new LockWatch(file, locked, new SystemCalls(), System::nanoTime).require(() -> {});
    }

    /** As a network file system does that numbers files anew. */
    @Test
    void aLockFileWithAnotherNumberOrNoneIsTheSameWhileItIsAsItWasWritten() throws Exception {
        Path file = Files.writeString(root.resolve("lock"), "id 1, since today");
        FileState locked = stateOf(file);
        FileState unnumbered = new FileState(locked.modified(), locked.size(), null);
        Path copy = root.resolve("copy");
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
        Files.setLastModifiedTime(copy, locked.modified());
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(stateOf(file).identity()).isNotEqualTo(locked.identity());

        look(file, locked);
        look(file, unnumbered);

        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(9)));
        assertLost(() -> look(file, locked));
        assertLost(() -> look(file, unnumbered));
    }

    @Test
    void aLockFileThatIsTouchedIsTheSame() throws Exception {
        Path file = Files.writeString(root.resolve("lock"), "id 1, since today");
        FileState locked = stateOf(file);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(9)));

        look(file, locked);
    }

    /** Removes the lock file when it has been locked, a number of times. */
    private static SystemCalls removing(int times) {
        AtomicInteger left = new AtomicInteger(times);
        return new SystemCalls() {
            @Override
            public BasicFileAttributes attributes(Path path) throws IOException {
                if (left.getAndDecrement() > 0) {
                    Files.delete(path);
                }
                return super.attributes(path);
            }
        };
    }

    @Test
    void aLockFileThatIsRemovedWhileItIsLockedIsLockedAgain() throws Exception {
        Path file = root.resolve("lock");
        try (FolderLock lock = FolderLock.acquire(root, file, Duration.ZERO, removing(2))) {
            LockWatch watch = Objects.requireNonNull(lock.watch(new SystemCalls()));
            watch.require(() -> {});
            assertThatThrownBy(
                            () -> FolderLock.acquire(root, file, Duration.ZERO, new SystemCalls()))
                    .isInstanceOf(FolderInUseException.class);
        }
    }

    @Test
    void aLockFileThatIsRemovedAgainAndAgainEndsTheStart() throws Exception {
        Path file = root.resolve("lock");
        assertThatThrownBy(
                        () ->
                                FolderLock.acquire(
                                        root, file, Duration.ZERO, removing(Integer.MAX_VALUE)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + " is removed again and again");

        FolderLock.acquire(root, file, Duration.ZERO, new SystemCalls()).close();
    }
}
