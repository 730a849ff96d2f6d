package io.berth.auth.htpasswd;

import io.berth.config.tree.WrongSettingException;
import io.berth.reload.FileStamp;
import io.berth.reload.ReloadedFile;
import io.berth.reload.UnusableFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of users and passwords, which is read again when it has changed ({@link ReloadedFile}). A
 * file without a user does not count. Safe for use by many threads.
 */
final class HtpasswdFile {

    private static final Logger log = LoggerFactory.getLogger(HtpasswdFile.class);

    /** Enough for 50,000 users. */
    static final int MAX_BYTES = 4 << 20;

    private static final int SHOWN_LINES = 10;

    private final ReloadedFile<HtpasswdEntries> file;

    /**
     * Reads the file.
     *
     * @throws WrongSettingException when it cannot be used
     */
    HtpasswdFile(Path path, Clock clock) {
        this(path, clock, System::nanoTime, FileStamp::of);
    }

    HtpasswdFile(Path path, Clock clock, LongSupplier nanoTime, Function<Path, FileStamp> look) {
        try {
            this.file = new ReloadedFile<>(path, new Users(path), clock, nanoTime, look);
        } catch (UnusableFileException e) {
            throw new WrongSettingException(
                    ("The setting auth.htpasswd.path is %1$s, which %2$s. Make the file by htpasswd"
                                    + " -Bbn USER PASSWORD >%1$s, and let the user that the"
                                    + " registry runs as read it.")
                            .formatted(path, e.getMessage()),
                    e);
        }
    }

    /** The users of the file as it was last read. */
    HtpasswdEntries entries() {
        return file.get();
    }

    private record Users(Path path) implements ReloadedFile.Format<HtpasswdEntries> {

        @Override
        public int maxBytes() {
            return MAX_BYTES;
        }

        @Override
        public HtpasswdEntries read(byte[] content) throws UnusableFileException {
            HtpasswdEntries read =
                    HtpasswdEntries.parse(new String(content, StandardCharsets.UTF_8));
            if (read.size() == 0) {
                throw new UnusableFileException(
                        "has no user with a bcrypt hash, as htpasswd -B makes them");
            }
            report(read);
            return read;
        }

        @Override
        public String summary(HtpasswdEntries value) {
            return "it has " + value.size() + " users";
        }

        @Override
        public String kept() {
            return "the users that were read before stay";
        }

        private void report(HtpasswdEntries read) {
            if (!read.ignored().isEmpty()) {
                log.warn(
                        "{} has lines that are ignored: {}. A line is a name, a colon and a bcrypt"
                                + " hash ($2a$, $2b$ or $2y$) of cost {} to {}, as htpasswd -B"
                                + " makes it.",
                        path,
                        shown(read.ignored()),
                        BcryptHash.MIN_COST,
                        BcryptHash.MAX_COST);
            }
            if (!read.replaced().isEmpty()) {
                log.warn(
                        "{} has lines that do not count, because a later line is for the same"
                                + " user: {}",
                        path,
                        shown(read.replaced()));
            }
        }
    }

    private static String shown(List<Integer> lines) {
        String first =
                lines.stream()
                        .limit(SHOWN_LINES)
                        .map(String::valueOf)
                        .collect(Collectors.joining(", "));
        int more = lines.size() - SHOWN_LINES;
        return more > 0 ? first + " and " + more + " more" : first;
    }
}
