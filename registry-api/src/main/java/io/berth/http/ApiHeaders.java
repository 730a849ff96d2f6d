package io.berth.http;

import jakarta.servlet.http.HttpServletResponse;

/** Headers of this protocol, and those every answer carries. */
final class ApiHeaders {

    static final String CONTENT_DIGEST = "Docker-Content-Digest";
    static final String UPLOAD_UUID = "Docker-Upload-UUID";

    private ApiHeaders() {}

    static void addTo(HttpServletResponse response) {
        response.setHeader("Docker-Distribution-API-Version", "registry/2.0");
        response.setHeader("X-Content-Type-Options", "nosniff");
    }
}
