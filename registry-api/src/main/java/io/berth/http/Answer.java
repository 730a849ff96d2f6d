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
        response.setContentType(type);
        response.setContentLength(content.length);
        if (!"HEAD".equals(request.getMethod())) { // which a malformed request may not have
            response.getOutputStream().write(content);
        }
    }
}
