package io.berth.http.response;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Writes responses other than those with blobs. */
public final class Responses {

    private Responses() {}

    /** Sends a status without content. */
    public static void empty(HttpServletResponse response, int status) {
        response.setStatus(status);
        response.setContentLength(0);
    }

    /** Sends content; on HEAD only its headers. */
    public static void content(
            HttpServletRequest request, HttpServletResponse response, String type, byte[] content)
            throws IOException {
        begin(response, type, content.length);
        if (wantsContent(request)) {
            response.getOutputStream().write(content);
        }
    }

    /** Whether the response has content: not for HEAD. */
    public static boolean wantsContent(HttpServletRequest request) {
        return !"HEAD".equals(request.getMethod()); // a malformed request may have no method
    }

    /** Sets the headers of content that the caller writes itself. */
    public static void begin(HttpServletResponse response, String type, int length) {
        response.setContentType(type);
        response.setContentLength(length);
    }
}
