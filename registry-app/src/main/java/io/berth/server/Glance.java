package io.berth.server;

import java.util.Locale;
import java.util.regex.Pattern;

/** What a glance at the header of a request tells before it is parsed. No state. */
final class Glance {

    private static final Pattern LINE =
            Pattern.compile(
                    "[\\r\\n]*(GET|HEAD) (/livez|/readyz|/debug/health|/|/v2/) HTTP/1\\.[01]\\r?\\n.*");

    private static final Pattern WRITING = Pattern.compile("[\\r\\n]*(PATCH|POST|PUT) ");

    private static final Pattern NO_LENGTH =
            Pattern.compile("\\ncontent-length:[ \\t]*0+[ \\t]*\\r?\\n", Pattern.CASE_INSENSITIVE);

    private Glance() {}

    /**
     * Whether it is one of those by which schedulers and load balancers ask whether the registry
     * lives. None of them asks the store or reads a body, so they are served when no other is.
     *
     * @param header from its beginning
     */
    static boolean isProbe(String header) {
        String lower = header.toLowerCase(Locale.ROOT);
        return LINE.matcher(header.substring(0, Math.min(header.length(), 200))).lookingAt()
                && !lower.contains("\ncontent-length:")
                && !lower.contains("\ntransfer-encoding:");
    }

    /**
     * Whether the registry may wait for a body; none of other methods is read.
     *
     * @param header from its beginning
     */
    static boolean hasBody(String header) {
        return WRITING.matcher(header).lookingAt() && !NO_LENGTH.matcher(header).find();
    }
}
