package io.berth.server.header;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Recognizes probes and bodies in a header that Tomcat has not parsed yet. No state. */
public final class UnparsedHeader {

    private static final Pattern FIRST_LINE =
            Pattern.compile("[\\r\\n]*([A-Z]+) ([^ ]+) HTTP/1\\.[01]\\r?\\n");

    private static final Pattern METHOD_WITH_BODY = Pattern.compile("[\\r\\n]*(PATCH|POST|PUT) ");

    private static final Pattern EMPTY_BODY =
            Pattern.compile("\\ncontent-length:[ \\t]*0+[ \\t]*\\r?\\n", Pattern.CASE_INSENSITIVE);

    private UnparsedHeader() {}

    /**
     * Whether the request is a {@link Probe}.
     *
     * @param header from its beginning
     */
    public static boolean isProbe(String header) {
        Matcher line = FIRST_LINE.matcher(header.substring(0, Math.min(header.length(), 200)));
        String lower = header.toLowerCase(Locale.ROOT);
        return line.lookingAt()
                && Probe.is(line.group(1), line.group(2))
                && !lower.contains("\ncontent-length:")
                && !lower.contains("\ntransfer-encoding:");
    }

    /**
     * Whether the request has a body that the registry reads.
     *
     * @param header from its beginning
     */
    public static boolean hasBody(String header) {
        return METHOD_WITH_BODY.matcher(header).lookingAt() && !EMPTY_BODY.matcher(header).find();
    }
}
