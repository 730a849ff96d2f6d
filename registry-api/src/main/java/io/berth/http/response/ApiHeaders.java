package io.berth.http.response;

import jakarta.servlet.http.HttpServletResponse;

/** Names and values of headers that several responses share. */
public final class ApiHeaders {

    /** The digest of the content that is sent, or was stored. */
    public static final String CONTENT_DIGEST = "Docker-Content-Digest";

    /** The id of an upload session. */
    public static final String UPLOAD_UUID = "Docker-Upload-UUID";

    /** The value of {@code Cache-Control} for content that is addressed by its digest: a year. */
    public static final String FOR_EVER = "max-age=31536000";

    private ApiHeaders() {}

    /** Sets the headers of every response of the API. */
    public static void addTo(HttpServletResponse response) {
        response.setHeader("Docker-Distribution-API-Version", "registry/2.0");
        response.setHeader("X-Content-Type-Options", "nosniff");
    }
}
