package io.berth.server.connection;

import java.util.Locale;
import java.util.regex.Pattern;

/** Questions about the header of a request that Tomcat has not parsed yet. No state. */
final class UnparsedHeader {

    private static final Pattern PROBE =
            Pattern.compile(
                    "[\\r\\n]*(GET|HEAD) (/livez|/readyz|/debug/health|/|/v2/) HTTP/1\\.[01]\\r?\\n.*");

    private static final Pattern METHOD_WITH_BODY = Pattern.compile("[\\r\\n]*(PATCH|POST|PUT) ");

    private static final Pattern EMPTY_BODY =
            Pattern.compile("\\ncontent-length:[ \\t]*0+[ \\t]*\\r?\\n", Pattern.CASE_INSENSITIVE);

    private UnparsedHeader() {}

    /**
     * Whether it is a probe of an orchestrator or a load balancer. Probes neither ask the store nor
     * have a body, so that they are served even when no other request is.
     *
     * @param header from its beginning
     */
    static boolean isProbe(String header) {
        String lower = header.toLowerCase(Locale.ROOT);
        return PROBE.matcher(header.substring(0, Math.min(header.length(), 200))).lookingAt()
                && !lower.contains("\ncontent-length:")
                && !lower.contains("\ntransfer-encoding:");
    }

    /**
     * Whether the request has a body that the registry reads.
     *
     * @param header from its beginning
     */
    static boolean hasBody(String header) {
        return METHOD_WITH_BODY.matcher(header).lookingAt() && !EMPTY_BODY.matcher(header).find();
    }
}
