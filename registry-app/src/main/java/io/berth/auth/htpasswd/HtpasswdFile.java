package io.berth.auth.htpasswd;

import io.berth.config.tree.WrongSettingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of users and passwords, which is read again when it has changed. At most once a second, a
 * request looks at the file: at the one that the path leads to, so that it also sees a link that
 * leads elsewhere, as in volumes of Kubernetes.
 *
 * <p>A file that was modified less than two seconds ago, or in the future, may still be being
 * written. It is read when the next look finds it unchanged. So a change counts after three seconds
 * at most, or with the first request after that.
 *
 * <p>A file that is gone, cannot be read, is too large, or has no user does not count: the users
 * that were read before stay. The log says so once.
 *
 * <p>Safe for use by many threads. While one looks or reads, the others go on with what was read
 * before.
 */
final class HtpasswdFile {

    private static final Logger log = LoggerFactory.getLogger(HtpasswdFile.class);

    /** Enough for 50,000 users. */
    static final int MAX_BYTES = 4 << 20;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** How long a file may be being written after it was modified, as far as times are exact. */
    private static final Duration UNSETTLED = Duration.ofSeconds(2);

    private static final int SHOWN_LINES = 10;

    /** Asks the file system; follows links. */
    @FunctionalInterface
    interface Look {

        BasicFileAttributes at(Path path) throws IOException;
    }

    /** What changes with the content; {@code identity} is the device and the inode. */
    private record State(FileTime modified, long size, @Nullable Object identity) {

        static State of(BasicFileAttributes attributes) {
            return new State(
                    attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }
    }

    /** The file does not count; the message says why, and completes the path. */
    private static final class UnusableException extends Exception {

        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message);
        }
    }

    private final Path path;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Look look;

    private final AtomicLong nextLook;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile HtpasswdEntries entries;

    // Guarded by the lock:
    private State lastRead;
    private @Nullable State lastSeen;
    private @Nullable State unusable;
    private @Nullable String lastProblem;

    /**
     * Reads the file.
     *
     * @throws WrongSettingException when it cannot be used
     */
    HtpasswdFile(Path path, Clock clock) {
        this(
                path,
                clock,
                System::nanoTime,
                file -> Files.readAttributes(file, BasicFileAttributes.class));
    }

    HtpasswdFile(Path path, Clock clock, LongSupplier nanoTime, Look look) {
        this.path = path;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.look = look;
        try {
            BasicFileAttributes attributes = look.at(path);
            this.lastRead = State.of(attributes);
            this.entries = read(attributes);
        } catch (IOException | UnusableException e) {
            throw new WrongSettingException(
                    ("The setting auth.htpasswd.path is %1$s, which %2$s. Make the file by htpasswd"
                                    + " -Bbn USER PASSWORD >%1$s, and let the user that the"
                                    + " registry runs as read it.")
                            .formatted(path, problem(e)),
                    e);
        }
        this.nextLook = new AtomicLong(nanoTime.getAsLong() + BETWEEN_LOOKS.toNanos());
        report(entries);
    }

    /** The users of the file as it was last read. */
    HtpasswdEntries entries() {
        long now = nanoTime.getAsLong();
        long due = nextLook.get();
        if (now - due >= 0
                && nextLook.compareAndSet(due, now + BETWEEN_LOOKS.toNanos())
                && looking.tryLock()) {
            try {
                refresh();
            } finally {
                looking.unlock();
            }
        }
        return entries;
    }

    private void refresh() {
        try {
            BasicFileAttributes attributes = look.at(path);
            State seen = State.of(attributes);
            boolean settled = isSettled(seen) || seen.equals(lastSeen);
            lastSeen = seen;
            if (seen.equals(unusable)) {
                return;
            }
            unusable = null;
            if (!seen.equals(lastRead) && settled) {
                readAgain(attributes, seen);
            }
            lastProblem = null;
        } catch (IOException | UnusableException e) {
            String problem = problem(e);
            if (!problem.equals(lastProblem)) {
                log.warn("{} {}: the users that were read before stay", path, problem);
            }
            lastProblem = problem;
        }
    }

    private void readAgain(BasicFileAttributes attributes, State seen)
            throws IOException, UnusableException {
        HtpasswdEntries read;
        try {
            read = read(attributes);
        } catch (UnusableException e) {
            unusable = seen;
            throw e;
        }
        if (seen.equals(State.of(look.at(path)))) {
            entries = read;
            lastRead = seen;
            log.info("{} has changed and was read again: it has {} users", path, read.size());
            report(read);
        }
    }

    private boolean isSettled(State state) {
        Duration age = Duration.between(state.modified().toInstant(), clock.instant());
        return age.compareTo(UNSETTLED) >= 0;
    }

    private HtpasswdEntries read(BasicFileAttributes attributes)
            throws IOException, UnusableException {
        if (!attributes.isRegularFile()) {
            throw new UnusableException("is not a regular file");
        }
        byte[] content;
        try (InputStream in = Files.newInputStream(path)) {
            content = in.readNBytes(MAX_BYTES + 1);
        }
        if (content.length > MAX_BYTES) {
            throw new UnusableException("has more than " + MAX_BYTES + " bytes");
        }
        HtpasswdEntries read = HtpasswdEntries.parse(new String(content, StandardCharsets.UTF_8));
        if (read.size() == 0) {
            throw new UnusableException(
                    "has no user with a bcrypt hash, as htpasswd -B makes them");
        }
        return read;
    }

    private static String problem(Exception failure) {
        return switch (failure) {
            case UnusableException e -> String.valueOf(e.getMessage());
            case NoSuchFileException _ -> "does not exist";
            case AccessDeniedException _ -> "may not be read";
            default -> "cannot be read (" + failure + ")";
        };
    }

    private void report(HtpasswdEntries read) {
        if (!read.ignored().isEmpty()) {
            log.warn(
                    "{} has lines that are ignored: {}. A line is a name, a colon and a bcrypt hash"
                            + " ($2a$, $2b$ or $2y$) of cost {} to {}, as htpasswd -B makes it.",
                    path,
                    shown(read.ignored()),
                    BcryptHash.MIN_COST,
                    BcryptHash.MAX_COST);
        }
        if (!read.replaced().isEmpty()) {
            log.warn(
                    "{} has lines that do not count, because a later line is for the same user: {}",
                    path,
                    shown(read.replaced()));
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
