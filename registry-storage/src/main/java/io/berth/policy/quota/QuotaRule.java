package io.berth.policy.quota;

import io.berth.name.NamePatterns;
import io.berth.name.RepositoryName;
import io.berth.setting.ByteSize;
import org.jspecify.annotations.Nullable;

/**
 * How much each repository may hold. Immutable.
 *
 * @param name of the rule, for messages
 * @param repositories each of which has the limits for itself
 * @param bytes of all blobs of the repository; {@code null}: any number
 * @param tags number of tags; {@code null}: any number
 * @param warnAt percentage of a limit from which on pushes are logged; 100: never
 */
public record QuotaRule(
        String name,
        NamePatterns repositories,
        @Nullable ByteSize bytes,
        @Nullable Integer tags,
        int warnAt) {

    /** The percentage where none is given. */
    public static final int DEFAULT_WARN_AT = 90;

    /**
     * @throws IllegalArgumentException when the rule has no name or no limit, or when a number is
     *     out of range
     */
    public QuotaRule {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a quota needs a name");
        }
        if (bytes == null && tags == null) {
            throw new IllegalArgumentException(
                    "the quota \"" + name + "\" limits nothing: it has neither bytes nor tags");
        }
        if (tags != null && tags < 0) {
            throw new IllegalArgumentException(
                    "the quota \"" + name + "\" has " + tags + " tags; it must be 0 or more");
        }
        if (warnAt < 1 || warnAt > 100) {
            throw new IllegalArgumentException(
                    "the quota \"" + name + "\" warns at " + warnAt + " %; it must be 1 to 100");
        }
    }

    boolean appliesTo(RepositoryName repository) {
        return repositories.matches(repository.value());
    }
}
