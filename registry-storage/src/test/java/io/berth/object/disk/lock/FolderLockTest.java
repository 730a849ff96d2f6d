package io.berth.object.disk.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.ObjectKey;
import io.berth.object.disk.DiskStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes on one folder. */
class FolderLockTest {

    private static final ObjectKey TEMPORARY = ObjectKey.of("own/tmp");
    private static final ObjectKey LOCK = ObjectKey.of("own/lock");
    private static final Duration MOMENT = Duration.ofMillis(200);

    @TempDir Path root;

    /** A process that has a folder until it is told to go, or is killed. */
    public static final class Holder {

        private Holder() {}

        public static void main(String[] args) throws IOException {
            try (DiskStore store =
                    DiskStore.open(
                            Path.of(args[0]),
                            TEMPORARY,
                            1 << 20,
                            0,
                            LOCK,
                            Duration.ofSeconds(20))) {
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
        return DiskStore.open(root, TEMPORARY, 1 << 20, 0, LOCK, patience);
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
}
