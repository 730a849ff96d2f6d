package io.berth.http.response;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.ThreadLocalRandom;

/** The id of a request, in its error response and in the log. */
public final class RequestId {

    static final String HEADER = "X-Request-Id";

    private static final int MAX_LENGTH = 64;
    private static final String ATTRIBUTE = RequestId.class.getName();

    private RequestId() {}

    /**
     * The id that the client has sent, if it is acceptable, or a random one; the same at each call.
     */
    public static String of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String known) {
            return known;
        }
        String sent = request.getHeader(HEADER);
        String id = sent != null && isAcceptable(sent) ? sent : generate();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    private static String generate() {
        return Long.toHexString(ThreadLocalRandom.current().nextLong());
    }

    private static boolean isAcceptable(String id) {
        if (id.isEmpty() || id.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean plain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '.'
                            || c == '_'
                            || c == '-';
            if (!plain) {
                return false;
            }
        }
        return true;
    }
}
