package io.berth.policy.access;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A pattern of names of repositories: {@code *} stands for any characters of one component, also
 * none, and {@code **} for any number of whole components, also none. So {@code team/**} is for the
 * repository {@code team}, too.
 *
 * <p>Of two patterns the one is more specific that is so in the first component, from the left, in
 * which they differ: a name before a name with {@code *} (the more letters, the more specific),
 * before {@code *} alone, before the end of the pattern, before {@code **}. This orders all
 * patterns; patterns that differ only in their letters are equally specific. Immutable.
 */
public final class RepositoryGlob {

    private static final String ANY = "**";

    /** How specific it is that a pattern has ended. */
    private static final int END = 1;

    /** What names of repositories are made of, and stars. */
    private static final Pattern FORM =
            Pattern.compile("(\\*\\*|[a-z0-9._*-]+)(/(\\*\\*|[a-z0-9._*-]+))*");

    private final List<TextGlob> components;

    /** How specific each component is. */
    private final int[] ranks;

    private RepositoryGlob(List<TextGlob> components) {
        this.components = components;
        this.ranks = components.stream().mapToInt(RepositoryGlob::rank).toArray();
    }

    /**
     * Parses a pattern.
     *
     * @throws IllegalArgumentException when no name of a repository can be so
     */
    public static RepositoryGlob of(String text) {
        List<TextGlob> components = Arrays.stream(text.split("/", -1)).map(TextGlob::of).toList();
        boolean malformed =
                !FORM.matcher(text).matches()
                        || text.contains("**/**")
                        || components.stream()
                                .map(TextGlob::pattern)
                                .anyMatch(part -> part.contains(ANY) && !part.equals(ANY));
        if (malformed) {
            throw new IllegalArgumentException(
                    "\""
                            + text
                            + "\" is not a pattern of repositories such as library/app, team/* or"
                            + " team/**, in lower case, with ** as a whole component");
        }
        return new RepositoryGlob(components);
    }

    private static int rank(TextGlob component) {
        if (component.pattern().equals(ANY)) {
            return END - 1;
        }
        if (component.pattern().equals("*")) {
            return END + 1;
        }
        // A name has 255 characters at most.
        return component.isWild() ? END + 2 + component.literalLength() : Integer.MAX_VALUE;
    }

    /** Whether the pattern stands for a repository. */
    public boolean matches(String repository) {
        String[] names = repository.split("/", -1);
        int any = -1;
        int resume = 0;
        int at = 0;
        int next = 0;
        while (next < names.length) {
            if (at < components.size() && isAny(at)) {
                any = at++;
                resume = next;
            } else if (at < components.size() && components.get(at).matches(names[next])) {
                at++;
                next++;
            } else if (any >= 0) {
                at = any + 1;
                next = ++resume;
            } else {
                return false;
            }
        }
        while (at < components.size() && isAny(at)) {
            at++;
        }
        return at == components.size();
    }

    private boolean isAny(int component) {
        return components.get(component).pattern().equals(ANY);
    }

    /** Positive when this pattern is more specific; 0 when both are equally specific. */
    int compareSpecificity(RepositoryGlob other) {
        for (int i = 0; i < Math.max(ranks.length, other.ranks.length); i++) {
            int compared = Integer.compare(rankAt(i), other.rankAt(i));
            if (compared != 0) {
                return compared;
            }
        }
        return 0;
    }

    private int rankAt(int component) {
        return component < ranks.length ? ranks[component] : END;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RepositoryGlob glob && components.equals(glob.components);
    }

    @Override
    public int hashCode() {
        return components.hashCode();
    }

    @Override
    public String toString() {
        return String.join("/", components.stream().map(TextGlob::pattern).toList());
    }
}
