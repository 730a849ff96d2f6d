package io.berth.http;

import jakarta.servlet.http.HttpServletResponse;

/** Names and values of headers that several answers share. */
final class ApiHeaders {

    static final String CONTENT_DIGEST = "Docker-Content-Digest";
    static final String UPLOAD_UUID = "Docker-Upload-UUID";

    /** The value of {@code Cache-Control} for what is named by its digest: it never changes. */
    static final String FOR_EVER = "max-age=31536000";

    private ApiHeaders() {}

    /** Adds those that every answer of the API carries. */
    static void addTo(HttpServletResponse response) {
        response.setHeader("Docker-Distribution-API-Version", "registry/2.0");
        response.setHeader("X-Content-Type-Options", "nosniff");
    }
}
