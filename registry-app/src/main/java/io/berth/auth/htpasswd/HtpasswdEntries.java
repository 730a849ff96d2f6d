package io.berth.auth.htpasswd;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The users of a file and their passwords: a line {@code name:hash} for each. Blank lines and
 * comments, which begin with {@code #}, are skipped. Of several lines for one user the last one
 * counts, as in distribution. Immutable.
 */
final class HtpasswdEntries {

    private final Map<String, BcryptHash> hashes;
    private final int highestCost;
    private final List<Integer> ignored;
    private final List<Integer> replaced;

    private HtpasswdEntries(
            Map<String, BcryptHash> hashes, List<Integer> ignored, List<Integer> replaced) {
        this.hashes = Map.copyOf(hashes);
        this.highestCost =
                hashes.values().stream()
                        .mapToInt(BcryptHash::cost)
                        .max()
                        .orElse(BcryptHash.MIN_COST);
        this.ignored = List.copyOf(ignored);
        this.replaced = List.copyOf(replaced);
    }

    /** Reads lines that end with LF or CRLF. */
    static HtpasswdEntries parse(String text) {
        Map<String, BcryptHash> hashes = new HashMap<>();
        Map<String, Integer> lines = new HashMap<>();
        List<Integer> ignored = new ArrayList<>();
        List<Integer> replaced = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String entry = line.strip();
            if (entry.isEmpty() || entry.startsWith("#")) {
                continue;
            }
            int colon = entry.indexOf(':');
            BcryptHash hash = BcryptHash.parse(entry.substring(colon + 1));
            String name = entry.substring(0, Math.max(0, colon));
            if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl) || hash == null) {
                ignored.add(number);
                continue;
            }
            hashes.put(name, hash);
            Integer before = lines.put(name, number);
            if (before != null) {
                replaced.add(before);
            }
        }
        return new HtpasswdEntries(hashes, ignored, replaced);
    }

    /** The password of a user; {@code null} when there is no such user. */
    @Nullable BcryptHash find(String user) {
        return hashes.get(user);
    }

    /** Number of users. */
    int size() {
        return hashes.size();
    }

    /** The highest cost of all passwords. */
    int highestCost() {
        return highestCost;
    }

    /** Numbers of malformed lines; the first line of the file is 1. */
    List<Integer> ignored() {
        return ignored;
    }

    /** Numbers of lines that a later line for the same user replaces. */
    List<Integer> replaced() {
        return replaced;
    }
}
