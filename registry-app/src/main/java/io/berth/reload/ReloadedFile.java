package io.berth.reload;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is read again when it has changed. At most once a second, a thread that asks for its
 * value looks at the file: at the one that the path leads to, so that it also sees a link that
 * leads elsewhere, as in volumes of Kubernetes.
 *
 * <p>A file that was modified less than two seconds ago, or in the future, may still be being
 * written. It is read when the next look finds it unchanged. So a change counts after three seconds
 * at most, or when the value is next asked for after that.
 *
 * <p>A file that is gone, cannot be read, is too large, or is refused by its format does not count:
 * the value that was read before stays. The log says so once.
 *
 * <p>Safe for use by many threads. While one looks or reads, the others go on with what was read
 * before.
 *
 * @param <T> an immutable value
 */
public final class ReloadedFile<T> implements Supplier<T> {

    private static final Logger log = LoggerFactory.getLogger(ReloadedFile.class);

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** How long a file may be being written after it was modified, as far as times are exact. */
    private static final Duration UNSETTLED = Duration.ofSeconds(2);

    /** What the content of the file means. */
    public interface Format<T> {

        /** The most bytes of the file. */
        int maxBytes();

        /**
         * The value of a content.
         *
         * @throws UnusableFileException when the content is not right
         */
        T read(byte[] content) throws UnusableFileException;

        /** What there is in a value, for the log, such as {@code it has 2 users}. */
        String summary(T value);

        /** What a file that does not count leaves, such as {@code the users … stay}. */
        String kept();
    }

    private final Path path;
    private final Format<T> format;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Function<Path, FileStamp> look;

    private final AtomicLong nextLook;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile T value;

    // Guarded by the lock:
    private FileStamp lastRead;
    private @Nullable FileStamp lastSeen;
    private @Nullable FileStamp wrong;
    private @Nullable String lastProblem;

    /**
     * Reads the file.
     *
     * @param clock tells whether the file may still be being written
     * @throws UnusableFileException when it cannot be used
     */
    public ReloadedFile(Path path, Format<T> format, Clock clock) throws UnusableFileException {
        this(path, format, clock, System::nanoTime, FileStamp::of);
    }

    /**
     * As the other constructor, for tests.
     *
     * @param look asks the file system for the stamp of a file
     */
    public ReloadedFile(
            Path path,
            Format<T> format,
            Clock clock,
            LongSupplier nanoTime,
            Function<Path, FileStamp> look)
            throws UnusableFileException {
        this.path = path;
        this.format = format;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.look = look;
        this.lastRead = look.apply(path);
        try {
            this.value = format.read(content());
        } catch (IOException e) {
            throw new UnusableFileException(problem(e), e);
        }
        this.nextLook = new AtomicLong(nanoTime.getAsLong() + BETWEEN_LOOKS.toNanos());
    }

    /** The value of the file as it was last read. */
    @Override
    public T get() {
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
        return value;
    }

    private void refresh() {
        FileStamp seen = look.apply(path);
        boolean settled = isSettled(seen) || seen.equals(lastSeen);
        lastSeen = seen;
        if (seen.equals(wrong)) {
            return;
        }
        wrong = null;
        try {
            if (settled && !seen.equals(lastRead)) {
                readAgain(seen);
            }
            lastProblem = null;
        } catch (IOException | UnusableFileException e) {
            String problem = problem(e);
            if (!problem.equals(lastProblem)) {
                log.warn("{} {}: {}", path, problem, format.kept());
            }
            lastProblem = problem;
        }
    }

    private void readAgain(FileStamp seen) throws IOException, UnusableFileException {
        T read;
        try {
            read = format.read(content());
        } catch (UnusableFileException e) {
            wrong = seen;
            throw e;
        }
        if (seen.equals(look.apply(path))) {
            value = read;
            lastRead = seen;
            log.info("{} has changed and was read again: {}", path, format.summary(read));
        }
    }

    /** A file that is not there is not being written. */
    private boolean isSettled(FileStamp stamp) {
        return stamp.modified()
                .map(modified -> Duration.between(modified.toInstant(), clock.instant()))
                .map(age -> age.compareTo(UNSETTLED) >= 0)
                .orElse(true);
    }

    private byte[] content() throws IOException, UnusableFileException {
        if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
            throw new UnusableFileException("is not a regular file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(format.maxBytes() + 1);
            if (content.length > format.maxBytes()) {
                throw new UnusableFileException("has more than " + format.maxBytes() + " bytes");
            }
            return content;
        }
    }

    private static String problem(Exception failure) {
        return switch (failure) {
            case UnusableFileException e -> String.valueOf(e.getMessage());
            case NoSuchFileException _ -> "does not exist";
            case AccessDeniedException _ -> "may not be read";
            default -> "cannot be read (" + failure + ")";
        };
    }
}
