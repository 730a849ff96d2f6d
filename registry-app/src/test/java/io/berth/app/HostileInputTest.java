package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.error.ErrorCode;
import java.io.EOFException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * Thousands of requests that are put together of what may do harm. Whatever they say, the server
 * does not fail, refuses in the protocol's words, and writes nothing into a header that a client
 * has made up.
 */
class HostileInputTest {

    private static final int REQUESTS = 4_000;

    /** A rare answer may take more of them. */
    private static final int MOST = 20 * REQUESTS;

    /** Answers which show that the requests reach what they are to attack. */
    private static final Set<Integer> REACHED = Set.of(200, 204, 400, 404, 405, 414);

    /** Stands in nothing that the server sends of its own accord. */
    private static final String MARK = "zq9x";

    private static final String DIGEST = "sha256:" + "a".repeat(64);

    private static final String[] METHODS = {
        "GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FIND"
    };

    private static final String[] STARTS = {
        "/v2/",
        "/v2/",
        "/v2/",
        "/v2/a/",
        "//v2/",
        "/v2//",
        "/v2",
        "/%76%32/",
        "/v2/../v2/",
        "/v2;x/"
    };

    private static final String[] ENDS = {
        "/tags/list", "/manifests/", "/blobs/", "/blobs/uploads/", "/referrers/", "/_catalog", ""
    };

    private static final String[] PIECES = {
        "a",
        "b/c",
        "A",
        "_",
        MARK,
        DIGEST,
        "sha256:" + MARK,
        "sha256%3A",
        "v1",
        "latest",
        "..",
        "/../",
        "/./",
        "//",
        "/",
        "%2F",
        "%2f",
        "%252F",
        "%2e%2e",
        "%2F..%2F",
        "%5c",
        "\\",
        "%00",
        "%0a",
        "%7f",
        "%0d%0aX-Evil:" + MARK,
        "%zz",
        "%",
        "%4",
        "%c3%a4",
        "%ff",
        "\u00e4",
        ";jsessionid=" + MARK,
        ";",
        "[",
        "]",
        "{",
        "}",
        "|",
        "^",
        "`",
        "\"",
        "<",
        ">",
        "'",
        "@",
        ":",
        "+",
        "=",
        "~",
        "!",
        "$",
        "*",
        "tags/list",
        "manifests",
        "blobs/uploads",
        "x".repeat(300)
    };

    private static final String[] PARAMETERS = {
        "n",
        "last",
        "digest",
        "digest-algorithm",
        "mount",
        "from",
        "artifactType",
        "tag",
        "_state",
        "ns",
        MARK,
        "%",
        "%00",
        "%6e",
        ""
    };

    private static final String[] HEADERS = {
        "Host",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix",
        "Forwarded",
        "Range",
        "Content-Range",
        "If-None-Match",
        "If-Range",
        "If-Match",
        "Accept",
        "Content-Type",
        "Authorization",
        "Cookie",
        "Origin",
        "Access-Control-Request-Method",
        "Access-Control-Request-Headers",
        "X-Request-Id",
        "Content-Length",
        "Expect",
        "Connection",
        "Upgrade",
        "Referer",
        "TE",
        "Accept-Encoding",
        "X-HTTP-Method-Override"
    };

    private static final String[] VALUES = {
        MARK,
        MARK + ".example",
        "[[[:::",
        "[::1]:5000",
        "a.example:99999",
        "host=" + MARK,
        "proto=https",
        "host=\"" + MARK,
        ";",
        ",",
        "\"",
        "\\\"",
        "'",
        "https",
        "http",
        "javascript",
        "/",
        "@",
        "#",
        "?",
        "<script>",
        "bytes=",
        "0-",
        "-1",
        "5-1",
        "99999999999999999999",
        "*",
        "W/",
        "\t",
        " ",
        "\u00e4",
        "\u00ff\u00fe",
        "\u00c3\u00a4",
        "\u0001",
        "\u007f",
        "%0d%0aX-Evil: " + MARK,
        "application/json",
        DIGEST,
        "y".repeat(3_000)
    };

    private static final Pattern LOCATION =
            Pattern.compile(
                    "(https?://([A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?)?"
                            + "/v2/[a-z0-9/._-]+/(blobs/uploads/[0-9a-f-]+(\\?_state=[A-Za-z0-9_=-]+)?"
                            + "|(blobs|manifests)/[A-Za-z0-9:._+=-]+)");

    private static final Pattern LINK =
            Pattern.compile("</v2/[A-Za-z0-9/:._+=-]+\\?[A-Za-z0-9%&=._~-]+>; rel=\"next\"");

    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private static final Set<String> CODES =
            Arrays.stream(ErrorCode.values()).map(ErrorCode::wireName).collect(Collectors.toSet());

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path folder;

    private final long seed = Long.getLong("berth.test.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    @Test
    void doesNoHarm() throws Exception {
        Map<String, String> settings =
                Map.of("http.relativeurls", "false", "http.trustforwarded", "true");
        Set<Integer> seen = new TreeSet<>();
        try (TestServer server = TestServer.on(folder, settings)) {
            RawHttpConnection http = new RawHttpConnection(server.port());
            for (int i = 0; i < REQUESTS || (i < MOST && !seen.containsAll(REACHED)); i++) {
                String method = any(METHODS);
                String request = method + " " + target() + " HTTP/1.1\r\n" + headers() + "\r\n";
                Response response = exchange(http, method, request);
                seen.add(response.status());
                verify(method, request, response);
                if (response.status() >= 400 || "close".equals(response.header("Connection"))) {
                    http.close();
                    http = new RawHttpConnection(server.port());
                }
            }
            assertThat(http.get("/v2/").read().status()).isEqualTo(200);
            Response started = http.request("POST", "/v2/a/blobs/uploads/", "", new byte[0]).read();
            assertThat(started.status()).isEqualTo(202);
            http.close();
        }
        assertThat(seen).as("seed %d", seed).containsAll(REACHED);
    }

    private Response exchange(RawHttpConnection http, String method, String request)
            throws Exception {
        http.send(request);
        try {
            Response response = method.equals("HEAD") ? http.head() : http.read();
            return response.status() == 100 ? http.read() : response;
        } catch (EOFException e) {
            throw new AssertionError(said(request) + " has no answer", e);
        }
    }

    private String target() {
        StringBuilder target = new StringBuilder(any(STARTS));
        for (int i = random.nextInt(4); i > 0; i--) {
            target.append(any(PIECES));
        }
        target.append(any(ENDS));
        if (random.nextBoolean()) {
            target.append(any(PIECES));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            target.append(target.indexOf("?") < 0 ? "?" : "&")
                    .append(any(PARAMETERS))
                    .append(random.nextInt(8) == 0 ? "" : "=")
                    .append(any(PIECES));
        }
        if (random.nextInt(50) == 0) {
            target.append("?".repeat(2)).append("z".repeat(40_000));
        }
        return target.toString();
    }

    private String headers() {
        StringBuilder headers = new StringBuilder();
        boolean host = false;
        boolean length = false;
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = any(HEADERS);
            headers.append(name).append(": ");
            for (int j = 1 + random.nextInt(3); j > 0; j--) {
                headers.append(any(VALUES));
            }
            headers.append("\r\n");
            host |= name.equals("Host");
            length |= name.equals("Content-Length");
        }
        return headers
                + (host ? "" : "Host: registry.test\r\n")
                + (length ? "" : "Content-Length: 0\r\n");
    }

    private String any(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private void verify(String method, String request, Response response) {
        String said = said(request);
        assertThat(response.status()).as(said).isBetween(200, 499);
        if (response.status() >= 400 && !method.equals("HEAD")) {
            assertThat(response.header("Content-Type")).as(said).isEqualTo("application/json");
            assertThat(JSON.readTree(response.body()).get("errors").get(0).get("code").asString())
                    .as(said)
                    .isIn(CODES);
        }
        response.headers().forEach((name, value) -> verifyHeader(said, name, value));
    }

    private static void verifyHeader(String said, String name, String value) {
        assertThat(value).as("%s%n%s", name, said).matches("[ -~]*");
        assertThat(name).as(said).isNotEqualTo("x-evil");
        switch (name) {
            case "location" -> assertThat(value).as(said).matches(LOCATION);
            case "link" -> assertThat(value).as(said).matches(LINK);
            case "x-request-id" -> assertThat(value).as(said).matches(REQUEST_ID);
            default -> assertThat(value).as("%s%n%s", name, said).doesNotContain(MARK);
        }
    }

    private String said(String request) {
        List<String> lines =
                request.lines()
                        .map(line -> line.substring(0, Math.min(400, line.length())))
                        .toList();
        return "seed " + seed + ": " + String.join("\n", lines);
    }
}
