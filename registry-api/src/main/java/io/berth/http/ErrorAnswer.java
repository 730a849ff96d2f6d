package io.berth.http;

import static io.berth.error.ErrorCode.REQUEST_INVALID;

import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.http.RegistryPath.ManifestAt;
import io.berth.name.Reference;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Error answers as the protocol has them (distribution-spec, "Error Codes"): for the API itself and
 * for whoever has to refuse a request before or behind it.
 */
public final class ErrorAnswer {

    /** What a success may have said about its content before it failed. */
    private static final List<String> HEADERS_OF_SUCCESS =
            List.of(
                    "Accept-Ranges",
                    "Cache-Control",
                    "Content-Range",
                    "ETag",
                    "Location",
                    "Vary",
                    ApiHeaders.CONTENT_DIGEST);

    private ErrorAnswer() {}

    /** {@code {"errors":[…]}}, in UTF-8. */
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
     * Answers a request that the server refused as malformed before a route saw it: with the error
     * that its path alone is refused with, or in general words where the path is not at fault.
     *
     * @param response not committed
     * @param status for a request whose path is not at fault
     * @throws IOException when the client's connection fails
     */
    public static void sendMalformed(
            HttpServletRequest request, HttpServletResponse response, int status)
            throws IOException {
        RegistryException fault = faultOfPath(request.getRequestURI());
        if (fault == null) {
            send(request, response, status, List.of(RegistryError.of(REQUEST_INVALID)), Map.of());
        } else {
            send(request, response, ErrorStatus.of(fault.code()), fault.errors(), Map.of());
        }
    }

    /**
     * @param path {@code null}: it could not be read
     */
    private static @Nullable RegistryException faultOfPath(@Nullable String path) {
        if (path == null) {
            return null;
        }
        int start = path.indexOf("/v2/"); // below whatever prefix
        try {
            if (start >= 0
                    && RegistryPath.parse(path.substring(start)) instanceof ManifestAt manifest) {
                Reference.of(manifest.reference());
            }
            return null;
        } catch (RegistryException e) {
            return e;
        }
    }

    /**
     * Answers a request with errors, in full unless it was a HEAD. Headers of the answer that do
     * not speak of content stay as they are.
     *
     * @param response not committed
     * @param headers set besides those every error answer has; replace them, if need be
     * @throws IOException when the client's connection fails
     */
    public static void send(
            HttpServletRequest request,
            HttpServletResponse response,
            int status,
            List<RegistryError> errors,
            Map<String, String> headers)
            throws IOException {
        response.resetBuffer();
        HEADERS_OF_SUCCESS.forEach(name -> response.setHeader(name, null));
        response.setStatus(status);
        ApiHeaders.addTo(response);
        response.setHeader(RequestId.HEADER, RequestId.of(request));
        headers.forEach(response::setHeader);
        if (!request.getInputStream().isFinished()) {
            // The rest of the body is not read, so no request can follow it on the connection.
            response.setHeader("Connection", "close");
        }
        Answer.content(request, response, "application/json", body(errors));
    }
}
