package io.berth.policy.file;

import io.berth.config.tree.WrongSettingException;
import io.berth.reload.ReloadedFile;
import io.berth.reload.UnusableFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The policy file ({@code policy.file}), as it was last read rightly. A change counts within three
 * seconds; a file that is wrong changes nothing, and the log says once what is wrong ({@link
 * ReloadedFile}). Safe for use by many threads.
 */
public final class PolicyFile {

    /** Enough for some 5,000 rules. */
    static final int MAX_BYTES = 1 << 20;

    private final Supplier<PolicyDocument> document;

    private PolicyFile(Supplier<PolicyDocument> document) {
        this.document = document;
    }

    /**
     * Reads the file.
     *
     * @param path {@code null}: there is none, and so no section
     * @param clock tells whether the file may still be being written
     * @throws WrongSettingException when it is wrong, with everything that is wrong in it
     */
    public static PolicyFile of(@Nullable Path path, Clock clock) {
        if (path == null) {
            return new PolicyFile(() -> PolicyDocument.EMPTY);
        }
        try {
            return new PolicyFile(new ReloadedFile<>(path, new Format(path), clock));
        } catch (UnusableFileException e) {
            throw new WrongSettingException(
                    "The setting policy.file is %s, which %s. \"registry policy check FILE\" checks"
                                    .formatted(path, e.getMessage())
                            + " a file.",
                    e);
        }
    }

    /**
     * Reads a file once.
     *
     * @throws UnusableFileException when it is wrong, with everything that is wrong in it
     * @throws IOException when it cannot be read
     */
    public static PolicyDocument read(Path path) throws UnusableFileException, IOException {
        return PolicyParser.parse(Files.readAllBytes(path), path);
    }

    /** What the file says now. */
    public PolicyDocument document() {
        return document.get();
    }

    /**
     * What follows from the file. It is made again only after the file has changed, perhaps by
     * several threads at once.
     *
     * @param made of the document; has to be immutable, or safe for use by many threads
     */
    public <T extends @Nullable Object> Supplier<T> derived(Function<PolicyDocument, T> made) {
        return new Derived<>(document, made);
    }

    private static final class Derived<T extends @Nullable Object> implements Supplier<T> {

        private record Made<T extends @Nullable Object>(PolicyDocument from, T value) {}

        private final Supplier<PolicyDocument> document;
        private final Function<PolicyDocument, T> function;
        private volatile Made<T> last;

        Derived(Supplier<PolicyDocument> document, Function<PolicyDocument, T> function) {
            this.document = document;
            this.function = function;
            PolicyDocument now = document.get();
            this.last = new Made<>(now, function.apply(now));
        }

        @Override
        public T get() {
            PolicyDocument now = document.get();
            Made<T> made = last;
            if (!made.from().equals(now)) {
                made = new Made<>(now, function.apply(now));
                last = made;
            }
            return made.value();
        }
    }

    private record Format(Path path) implements ReloadedFile.Format<PolicyDocument> {

        @Override
        public int maxBytes() {
            return MAX_BYTES;
        }

        @Override
        public PolicyDocument read(byte[] content) throws UnusableFileException {
            return PolicyParser.parse(content, path);
        }

        @Override
        public String summary(PolicyDocument value) {
            return "its rules count from now on";
        }

        @Override
        public String kept() {
            return "the rules that were read before stay";
        }
    }
}
