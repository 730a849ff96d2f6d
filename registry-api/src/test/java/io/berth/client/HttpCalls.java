package io.berth.client;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests to one server, and its errors as exceptions. */
final class HttpCalls {

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI server;

    HttpCalls(URI server) {
        this.server = server;
    }

    Call call(String method, String target) {
        return new Call(method, target);
    }

    /** An answer that was a success. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Answer(int status, HttpHeaders headers, byte[] body) {

        String header(String name) {
            return headers.firstValue(name)
                    .orElseThrow(() -> new AssertionError(name + " is missing"));
        }

        JsonNode json() {
            return JSON.readTree(body);
        }
    }

    /** A request on its way to be sent. */
    final class Call {

        private final HttpRequest.Builder request;
        private final String method;
        private BodyPublisher body = BodyPublishers.noBody();

        /** What 404 means where an answer has no body to say it. */
        private ErrorCode unknown = ErrorCode.PATH_UNKNOWN;

        private Call(String method, String target) {
            this.method = method;
            this.request = HttpRequest.newBuilder(server.resolve(target));
        }

        Call header(String name, Object value) {
            request.header(name, value.toString());
            return this;
        }

        Call body(byte[] content) {
            body = BodyPublishers.ofByteArray(content);
            return this;
        }

        /** Sent chunked, for nobody knows how long it is. */
        Call body(InputStream content) {
            body = BodyPublishers.ofInputStream(() -> content);
            return this;
        }

        Call unknownIs(ErrorCode code) {
            unknown = code;
            return this;
        }

        /**
         * @throws RegistryException what the server reports when its status is none of those
         *     expected
         * @throws IOException when reading the body to send fails, or the connection does
         */
        Answer send(Integer... expected) throws IOException {
            HttpResponse<InputStream> response = exchange(expected);
            try (InputStream in = response.body()) {
                return new Answer(response.statusCode(), response.headers(), in.readAllBytes());
            }
        }

        /** As {@link #send}, for requests whose own body cannot fail. */
        Answer fetch(Integer... expected) {
            try {
                return send(expected);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** As {@link #fetch}; the caller closes the body. */
        InputStream open(Integer... expected) {
            try {
                return exchange(expected).body();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private HttpResponse<InputStream> exchange(Integer... expected) throws IOException {
            try {
                HttpResponse<InputStream> response =
                        client.send(
                                request.method(method, body).build(), BodyHandlers.ofInputStream());
                if (Arrays.asList(expected).contains(response.statusCode())) {
                    return response;
                }
                try (InputStream in = response.body()) {
                    throw failure(response.statusCode(), in.readAllBytes());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }

        private RegistryException failure(int status, byte[] content) {
            if (content.length == 0) {
                return new RegistryException(
                        status == 404 ? unknown : ErrorCode.UNKNOWN, "status " + status);
            }
            List<RegistryError> errors = new ArrayList<>();
            for (JsonNode error : JSON.readTree(content).get("errors")) {
                JsonNode detail = error.get("detail");
                errors.add(
                        new RegistryError(
                                code(error.get("code").asString(), status),
                                error.get("message").asString(),
                                detail == null || !detail.isString() ? detail : detail.asString()));
            }
            return new RegistryException(errors, null);
        }
    }

    /** Some kinds of failure share a name on the wire; the status tells them apart. */
    private static ErrorCode code(String wireName, int status) {
        if (status == 416) {
            return ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER;
        }
        if (status == 412) {
            return ErrorCode.TAG_CONDITION_FAILED;
        }
        if (status == 413) {
            return ErrorCode.MANIFEST_TOO_LARGE;
        }
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(wireName))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such code: " + wireName));
    }
}
