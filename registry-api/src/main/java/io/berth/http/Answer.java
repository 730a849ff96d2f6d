package io.berth.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The two shapes of answers that are not blobs. */
final class Answer {

    private Answer() {}

    static void empty(HttpServletResponse response, int status) {
        response.setStatus(status);
        response.setContentLength(0);
    }

    /** Content as it is, or on HEAD only what would be said about it. */
    static void content(
            HttpServletRequest request, HttpServletResponse response, String type, byte[] content)
            throws IOException {
        begin(response, type, content.length);
        if (wantsContent(request)) {
            response.getOutputStream().write(content);
        }
    }

    /** Whether the client is sent content, and not just told about it: false for HEAD. */
    static boolean wantsContent(HttpServletRequest request) {
        return !"HEAD".equals(request.getMethod()); // a malformed request may have no method
    }

    /** Sets the headers of content that the caller writes itself. */
    static void begin(HttpServletResponse response, String type, int length) {
        response.setContentType(type);
        response.setContentLength(length);
    }
}
