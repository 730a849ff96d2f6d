package io.berth.http.response;

import io.berth.error.RegistryError;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * Error responses of the protocol (distribution-spec, "Error Codes"), for the API and for the
 * server in front of it.
 */
public final class ErrorResponse {

    /** Headers that an action may have set for a success before it failed. */
    private static final List<String> HEADERS_OF_SUCCESS =
            List.of(
                    "Accept-Ranges",
                    "Cache-Control",
                    "Content-Range",
                    "ETag",
                    "Location",
                    "Vary",
                    ApiHeaders.CONTENT_DIGEST);

    private ErrorResponse() {}

    /** The JSON document {@code {"errors":[…]}}, in UTF-8. */
    public static byte[] body(List<RegistryError> errors) {
        return Json.write(
                json -> {
                    json.writeStartObject();
                    json.writeArrayPropertyStart("errors");
                    errors.forEach(error -> write(json, error));
                    json.writeEndArray();
                    json.writeEndObject();
                });
    }

    private static void write(JsonGenerator json, RegistryError error) {
        json.writeStartObject();
        json.writeStringProperty("code", error.code().wireName());
        json.writeStringProperty("message", error.message());
        Object detail = error.detail();
        if (detail != null) {
            json.writeName("detail");
            Json.writeValue(json, detail);
        }
        json.writeEndObject();
    }

    /**
     * Sends errors; without the body for a HEAD. Headers that were set before remain, except those
     * that describe content.
     *
     * @param response not committed
     * @param headers headers to set in addition to, or in place of, those of every error response:
     *     the values of each name, one for each header line
     * @throws IOException when the client's connection fails
     */
    public static void send(
            HttpServletRequest request,
            HttpServletResponse response,
            int status,
            List<RegistryError> errors,
            Map<String, List<String>> headers)
            throws IOException {
        response.resetBuffer();
        HEADERS_OF_SUCCESS.forEach(name -> response.setHeader(name, null));
        response.setStatus(status);
        ApiHeaders.addTo(response);
        response.setHeader(RequestId.HEADER, RequestId.of(request));
        headers.forEach(
                (name, values) -> {
                    response.setHeader(name, null);
                    values.forEach(value -> response.addHeader(name, value));
                });
        if (!request.getInputStream().isFinished()) {
            // The rest of the body is not read, so no request can follow it on the connection.
            response.setHeader("Connection", "close");
        }
        Responses.content(request, response, "application/json", body(errors));
    }
}
