package io.berth.readonly;

import io.berth.name.RepositoryName;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which repositories a mode covers: those with the names of a list, and for an entry that ends in
 * {@code /**} the repository of the name before it and all below. Immutable.
 */
final class Coverage implements Predicate<RepositoryName> {

    private static final String BELOW = "/**";

    private final List<String> entries;

    /**
     * @param entries empty: all repositories
     * @throws IllegalArgumentException when one of them has another form
     */
    Coverage(List<String> entries) {
        this.entries = List.copyOf(entries);
        for (String entry : entries) {
            if (!RepositoryName.isValid(withoutBelow(entry))) {
                throw new IllegalArgumentException(
                        "\""
                                + entry
                                + "\" is neither a repository such as library/app nor all below a"
                                + " name such as library/**");
            }
        }
    }

    private static String withoutBelow(String entry) {
        return entry.endsWith(BELOW) ? entry.substring(0, entry.length() - BELOW.length()) : entry;
    }

    @Override
    public boolean test(RepositoryName repository) {
        return entries.isEmpty() || entries.stream().anyMatch(entry -> covers(entry, repository));
    }

    private static boolean covers(String entry, RepositoryName repository) {
        String name = withoutBelow(entry);
        return repository.value().equals(name)
                || (entry.endsWith(BELOW) && repository.value().startsWith(name + "/"));
    }
}
