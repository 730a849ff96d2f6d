package io.berth.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of the administration API. Holds each response against the description of the API: its
 * status must be described, and so must each member of its JSON.
 */
public final class AdminExchanges {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.shared();

    private final int port;
    private final OpenApi description = OpenApi.read();

    public AdminExchanges(int port) {
        this.port = port;
    }

    /**
     * An answer.
     *
     * @param json missing where there is no body
     */
    public record Answer(int status, JsonNode json, HttpResponse<String> response) {

        public String text(String member) {
            return json.path(member).asString();
        }
    }

    public Answer get(String path) throws Exception {
        return send("GET", path, null);
    }

    public Answer delete(String path) throws Exception {
        return send("DELETE", path, null);
    }

    /**
     * @param body {@code null}: there is none
     * @param headers names and values in turn
     */
    public Answer send(String method, String path, @Nullable String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
        JsonNode json =
                response.body().isEmpty() ? JSON.missingNode() : JSON.readTree(response.body());
        assertThat(response.headers().firstValue("Cache-Control"))
                .as("%s %s %s", method, path, response)
                .hasValue("no-store");
        description.check(
                method,
                path.replaceAll("\\?.*", ""),
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                json);
        return new Answer(response.statusCode(), json, response);
    }
}
