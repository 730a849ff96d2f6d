package io.berth.auth.robot;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A robot account, without its secrets. Immutable.
 *
 * @param description for people
 * @param groups that it belongs to, by which the access policy may speak of it
 * @param expires when it ends; {@code null}: never
 * @param enabled whether it can log in
 * @param secretsEnd when each of its secrets ends, in the order in which they were issued; the end
 *     of the account, or {@code null}, for one that has no earlier end
 */
public record Robot(
        RobotName name,
        String description,
        Set<String> groups,
        Instant created,
        @Nullable Instant expires,
        boolean enabled,
        List<@Nullable Instant> secretsEnd) {

    /** Characters of a description. */
    public static final int MAX_DESCRIPTION = 1000;

    /** Groups of one robot. */
    public static final int MAX_GROUPS = 50;

    /** Characters of the name of a group. */
    public static final int MAX_GROUP = 200;

    /**
     * @throws IllegalArgumentException when a bound is exceeded, or a text has control characters
     */
    public Robot {
        groups = Set.copyOf(groups);
        secretsEnd = Collections.unmodifiableList(new ArrayList<>(secretsEnd));
        requireText(description, MAX_DESCRIPTION, "the description");
        if (groups.size() > MAX_GROUPS) {
            throw new IllegalArgumentException(
                    "a robot can be in " + MAX_GROUPS + " groups at most");
        }
        for (String group : groups) {
            requireText(group, MAX_GROUP, "the name of a group");
            if (group.isBlank()) {
                throw new IllegalArgumentException("the name of a group must not be empty");
            }
        }
    }

    private static void requireText(String text, int most, String what) {
        if (text.length() > most || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    what + " must have at most " + most + " characters, and no line breaks");
        }
    }

    /** The groups in alphabetical order. */
    public List<String> sortedGroups() {
        return List.copyOf(new TreeSet<>(groups));
    }
}
