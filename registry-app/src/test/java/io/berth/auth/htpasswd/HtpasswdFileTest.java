package io.berth.auth.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.config.tree.WrongSettingException;
import io.berth.logging.LoggedLines;
import io.berth.reload.FileStamp;
import io.berth.reload.ReloadedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HtpasswdFileTest {

    private final LoggedLines output = new LoggedLines(HtpasswdFile.class, ReloadedFile.class);

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration LONG_AGO = Duration.ofDays(1);

    @TempDir Path folder;

    private Path path;
    private int looks;
    private long nanos = Long.MAX_VALUE - 1; // which may be so
    private CountDownLatch hanging = new CountDownLatch(0);

    @BeforeEach
    void write() throws IOException {
        path = folder.resolve("users");
        write(path, LONG_AGO, "alice");
    }

    @AfterEach
    void close() {
        output.close();
    }

    private static void write(Path file, Duration age, String... users) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String user : users) {
            text.append(user).append(':').append(TestHashes.of(user, 5)).append('\n');
        }
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(NOW.minus(age)));
    }

    private HtpasswdFile file() {
        return new HtpasswdFile(path, Clock.fixed(NOW, ZoneOffset.UTC), () -> nanos, this::look);
    }

    private FileStamp look(Path file) {
        looks++;
        try {
            hanging.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return FileStamp.of(file);
    }

    private HtpasswdEntries afterASecond(HtpasswdFile file) {
        nanos += TimeUnit.SECONDS.toNanos(1);
        return file.entries();
    }

    private static boolean has(HtpasswdEntries entries, String user) {
        return entries.find(user) != null;
    }

    @Test
    void isReadAtTheStart() {
        assertThat(has(file().entries(), "alice")).isTrue();
    }

    @Test
    void isLookedAtOnceASecondAndNotReadUnlessItHasChanged() {
        HtpasswdFile file = file();
        HtpasswdEntries before = file.entries();
        looks = 0;
        for (int i = 0; i < 1000; i++) {
            assertThat(file.entries()).isSameAs(before);
        }
        assertThat(looks).isZero();

        assertThat(afterASecond(file)).isSameAs(before);
        assertThat(file.entries()).isSameAs(before);
        assertThat(looks).isEqualTo(1);
    }

    @Test
    void aChangeCounts() throws IOException {
        HtpasswdFile file = file();
        write(path, Duration.ofSeconds(2), "bob", "carol");

        assertThat(has(file.entries(), "bob")).isFalse(); // not yet
        assertThat(has(afterASecond(file), "bob")).isTrue();
        assertThat(has(file.entries(), "alice")).isFalse();
        assertThat(output.toString())
                .containsOnlyOnce(path + " has changed and was read again: it has 2 users");
    }

    @Test
    void aFileThatTakesThePlaceOfAnEqualOneCounts() throws IOException {
        HtpasswdFile file = file();
        Path next = folder.resolve("next");
        write(next, LONG_AGO, "carol"); // as long, and as old
        Files.move(next, path, StandardCopyOption.REPLACE_EXISTING);

        assertThat(has(afterASecond(file), "carol")).isTrue();
    }

    /** {@code htpasswd} truncates the file and writes it again. */
    @Test
    void aFileThatIsBeingWrittenIsReadWhenItHasNotChangedForASecond() throws IOException {
        HtpasswdFile file = file();
        write(path, Duration.ofMillis(1999), "bob");

        assertThat(has(afterASecond(file), "bob")).isFalse();
        write(path, Duration.ZERO, "bob", "carol");
        assertThat(has(afterASecond(file), "alice")).isTrue();
        assertThat(has(afterASecond(file), "carol")).isTrue();
    }

    @Test
    void aTimeInTheFutureDoesNotKeepAChangeBack() throws IOException {
        HtpasswdFile file = file();
        write(path, LONG_AGO.negated(), "bob");

        assertThat(has(afterASecond(file), "bob")).isFalse();
        assertThat(has(afterASecond(file), "bob")).isTrue();
    }

    @Test
    void aFileThatIsGoneKeepsTheUsersAndIsNamedOnce() throws IOException {
        HtpasswdFile file = file();
        Files.delete(path);

        assertThat(has(afterASecond(file), "alice")).isTrue();
        assertThat(has(afterASecond(file), "alice")).isTrue();
        assertThat(output.toString())
                .containsOnlyOnce(path + " does not exist: the users that were read before stay");

        write(path, Duration.ofSeconds(3), "bob");
        assertThat(has(afterASecond(file), "bob")).isTrue();
        Files.delete(path);
        afterASecond(file);
        assertThat(output.toString().split("does not exist", -1)).hasSize(3);
    }

    @Test
    void aFileWithoutUsersKeepsTheUsersAndIsNamedAndReadOnce() throws IOException {
        HtpasswdFile file = file();
        String line = "carol:" + TestHashes.of("carol", 5);
        FileTime modified = FileTime.from(NOW.minus(Duration.ofHours(1)));
        Files.writeString(path, "carol:secret".repeat(100).substring(0, line.length()));
        Files.setLastModifiedTime(path, modified);

        assertThat(has(afterASecond(file), "alice")).isTrue();
        Files.writeString(path, line); // unseen, unless what has not changed is read again
        Files.setLastModifiedTime(path, modified);
        assertThat(has(afterASecond(file), "carol")).isFalse();
        assertThat(output.toString())
                .containsOnlyOnce(path + " has no user with a bcrypt hash")
                .doesNotContain("secret");
    }

    @Test
    void aFileThatIsTooLargeKeepsTheUsers() throws IOException {
        HtpasswdFile file = file();
        Files.write(path, new byte[HtpasswdFile.MAX_BYTES + 1]);
        Files.setLastModifiedTime(path, FileTime.from(NOW.minus(LONG_AGO)));

        assertThat(has(afterASecond(file), "alice")).isTrue();
        assertThat(output.toString()).containsOnlyOnce("has more than 4194304 bytes");
    }

    /** A volume of Kubernetes: {@code users -> ..data/users}, {@code ..data -> ..1}. */
    @Test
    void aLinkThatIsMadeToLeadElsewhereCounts() throws IOException {
        Path one = Files.createDirectory(folder.resolve("..1"));
        Path two = Files.createDirectory(folder.resolve("..2"));
        write(one.resolve("users"), LONG_AGO, "alice");
        write(two.resolve("users"), LONG_AGO, "carol");
        Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
        Files.delete(path);
        Files.createSymbolicLink(path, Path.of("..data/users"));
        HtpasswdFile file = file();
        assertThat(has(file.entries(), "alice")).isTrue();

        Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2"));
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
        assertThat(has(afterASecond(file), "carol")).isTrue();
        assertThat(has(file.entries(), "alice")).isFalse();
    }

    @Test
    void aFileSystemThatHangsHoldsOneRequest() throws Exception {
        HtpasswdFile file = file();
        hanging = new CountDownLatch(1);
        Thread held = Thread.ofPlatform().start(() -> afterASecond(file));
        while (held.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        assertThat(has(file.entries(), "alice")).isTrue();
        assertThat(has(afterASecond(file), "alice")).isTrue();
        hanging.countDown();
        held.join();
    }

    @Test
    void linesThatAreIgnoredAreNamedInOneWarning() throws IOException {
        String lines = "bob:secret\n".repeat(12);
        Files.writeString(path, lines, StandardOpenOption.APPEND);

        assertThat(file().entries().size()).isEqualTo(1);
        assertThat(output.toString())
                .containsOnlyOnce(
                        "has lines that are ignored: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more.")
                .contains("htpasswd -B")
                .doesNotContain("secret")
                .doesNotContain("bob");
    }

    @Test
    void linesThatALaterOneReplacesAreNamed() throws IOException {
        write(path, LONG_AGO, "alice", "alice");
        file();

        assertThat(output.toString())
                .containsOnlyOnce("because a later line is for the same user: 1");
    }

    @Test
    void theStartNeedsAFile() throws IOException {
        Files.delete(path);

        assertThatThrownBy(this::file)
                .isInstanceOf(WrongSettingException.class)
                .hasMessage(
                        "The setting auth.htpasswd.path is %1$s, which does not exist. Make the file"
                                + " by htpasswd -Bbn USER PASSWORD >%1$s, and let the user that the"
                                + " registry runs as read it.",
                        path);
        assertThat(path).doesNotExist();
    }

    @Test
    void theStartNeedsAUser() throws IOException {
        Files.writeString(path, "# nobody yet\n");
        assertThatThrownBy(this::file).hasMessageContaining("which has no user with a bcrypt hash");

        path = folder;
        assertThatThrownBy(this::file).hasMessageContaining("which is not a regular file");
    }
}
