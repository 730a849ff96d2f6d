package io.berth.http.message;

import java.util.Enumeration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Entity tags, which in this protocol are digests in quotes. Digests hold neither commas nor
 * quotes, so that a list of them can be split at its commas.
 */
public final class EntityTags {

    private EntityTags() {}

    /** The strong entity tag of a digest. */
    public static String of(Object digest) {
        return "\"" + digest + "\"";
    }

    /**
     * Whether {@code If-None-Match} names the digest (RFC 9110, section 13.1.2): in quotes, weak,
     * in a list, as {@code *}, or bare as other registries take it.
     *
     * @param lines every line of the header; {@code null} for one that is not text
     */
    public static boolean anyMatches(Enumeration<String> lines, String digest) {
        while (lines.hasMoreElements()) {
            @Nullable String line = lines.nextElement();
            for (String item : line == null ? new String[0] : line.split(",", -1)) {
                String tag = item.strip();
                if (tag.equals("*") || opaque(tag).equals(digest)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * What a strong entity tag holds between its quotes, as in {@code If-Match} (RFC 9110, section
     * 13.1.1).
     *
     * @param line of the header; {@code null} for one that is not text
     * @return empty for everything else than one strong entity tag
     */
    public static Optional<String> strong(@Nullable String line) {
        String tag = line == null ? "" : line.strip();
        boolean quoted = tag.length() > 2 && tag.startsWith("\"") && tag.endsWith("\"");
        String content = quoted ? tag.substring(1, tag.length() - 1) : "";
        return quoted && content.indexOf('"') < 0 ? Optional.of(content) : Optional.empty();
    }

    private static String opaque(String tag) {
        String strong = tag.startsWith("W/") ? tag.substring(2) : tag;
        boolean quoted = strong.length() > 1 && strong.startsWith("\"") && strong.endsWith("\"");
        return quoted ? strong.substring(1, strong.length() - 1) : strong;
    }
}
