package io.berth.http;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.http.TestApi.Answer;
import io.berth.http.response.ErrorResponse;
import io.berth.http.response.ErrorStatus;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.policy.DeleteDisabledRegistry;
import io.berth.policy.ReadOnlyRegistry;
import io.berth.registry.Registry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class ErrorsTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String UPLOAD = "0b8a3c5e-3c61-4e3c-9a58-6a8d1c5a2f10";
    private static final String MANIFEST = "/v2/library/app/manifests/v1";

    private final Logger log = (Logger) LoggerFactory.getLogger(ErrorResolver.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Registry registry = TestApi.emptyRegistry();

    @BeforeEach
    void listen() {
        log.setLevel(Level.DEBUG);
        log.setAdditive(false);
        log.addAppender(logged);
        logged.start();
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(logged);
        log.setLevel(null);
        log.setAdditive(true);
    }

    private TestApi failing(Throwable failure) {
        return new TestApi(
                Intercepted.registry(
                        registry,
                        "manifest",
                        _ -> {
                            throw failure;
                        }));
    }

    @Test
    void giveEveryCodeItsStatus() {
        Map<Integer, Set<ErrorCode>> byStatus = new TreeMap<>();
        for (ErrorCode code : ErrorCode.values()) {
            byStatus.merge(ErrorStatus.of(code), Set.of(code), ErrorsTest::union);
        }
        assertThat(byStatus)
                .containsOnlyKeys(400, 401, 403, 404, 405, 412, 413, 414, 416, 429, 500, 503, 507)
                .containsEntry(507, Set.of(ErrorCode.INSUFFICIENT_STORAGE))
                .containsEntry(401, Set.of(ErrorCode.UNAUTHORIZED))
                .containsEntry(403, Set.of(ErrorCode.DENIED))
                .containsEntry(
                        404,
                        Set.of(
                                ErrorCode.BLOB_UNKNOWN,
                                ErrorCode.BLOB_UPLOAD_UNKNOWN,
                                ErrorCode.MANIFEST_UNKNOWN,
                                ErrorCode.NAME_UNKNOWN,
                                ErrorCode.PATH_UNKNOWN))
                .containsEntry(405, Set.of(ErrorCode.UNSUPPORTED))
                .containsEntry(412, Set.of(ErrorCode.TAG_CONDITION_FAILED))
                .containsEntry(413, Set.of(ErrorCode.MANIFEST_TOO_LARGE))
                .containsEntry(414, Set.of(ErrorCode.TOO_MANY_TAGS))
                .containsEntry(
                        416, Set.of(ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER, ErrorCode.RANGE_INVALID))
                .containsEntry(429, Set.of(ErrorCode.TOO_MANY_REQUESTS))
                .containsEntry(500, Set.of(ErrorCode.UNKNOWN))
                .containsEntry(503, Set.of(ErrorCode.UNAVAILABLE));
    }

    private static Set<ErrorCode> union(Set<ErrorCode> some, Set<ErrorCode> others) {
        return Stream.concat(some.stream(), others.stream()).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void areAnsweredAndLoggedUnderOneId(ErrorCode code) {
        int status = ErrorStatus.of(code);
        Answer answer =
                failing(
                                new RegistryException(
                                        List.of(new RegistryError(code, "what went wrong", null)),
                                        new IOException("the reason")))
                        .get(MANIFEST)
                        .header("X-Request-Id", "the-Id_1.2")
                        .send()
                        .isError(status, code.wireName())
                        .has("X-Request-Id", "the-Id_1.2")
                        .has("Docker-Content-Digest", null)
                        .has("ETag", null);
        assertThat(answer.text())
                .isEqualTo(
                        "{\"errors\":[{\"code\":\""
                                + code.wireName()
                                + "\",\"message\":\"what went wrong\"}]}");
        assertThat(logged.list)
                .singleElement()
                .satisfies(
                        event -> {
                            assertThat(event.getFormattedMessage())
                                    .contains("the-Id_1.2", "GET " + MANIFEST, "" + status);
                            assertThat(event.getLevel())
                                    .isEqualTo(status >= 500 ? Level.ERROR : Level.DEBUG);
                            assertThat(event.getThrowableProxy() != null).isEqualTo(status >= 500);
                        });
    }

    @Test
    void haveNoBodyOnHead() {
        TestApi api = failing(new RegistryException(ErrorCode.UNAVAILABLE));
        String length = api.get(MANIFEST).send().header("Content-Length");
        api.head(MANIFEST)
                .send()
                .isError(503, "")
                .has("Content-Length", length)
                .has("Retry-After", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "a\"", "ä"})
    void takeNoIdThatCouldDoHarm(String id) {
        Answer answer =
                failing(new RegistryException(ErrorCode.DENIED))
                        .get(MANIFEST)
                        .header("X-Request-Id", id)
                        .send();
        assertThat(answer.header("X-Request-Id")).matches("[0-9a-f]{1,16}");
        Answer overlong =
                failing(new RegistryException(ErrorCode.DENIED))
                        .get(MANIFEST)
                        .header("X-Request-Id", "a".repeat(65))
                        .send();
        assertThat(overlong.header("X-Request-Id")).matches("[0-9a-f]{1,16}");
    }

    @Test
    void tellClientsWhenToComeAgain() {
        failing(new RegistryException(ErrorCode.UNAVAILABLE))
                .get(MANIFEST)
                .send()
                .has("Retry-After", 1);
        failing(new RegistryException(ErrorCode.TOO_MANY_REQUESTS))
                .get(MANIFEST)
                .send()
                .has("Retry-After", 1);
        failing(new RegistryException(ErrorCode.DENIED))
                .get(MANIFEST)
                .send()
                .has("Retry-After", null);
    }

    @Test
    void sayNothingOfWhatNobodyForesaw() {
        for (Throwable failure :
                List.of(
                        new IllegalStateException("/srv/secret/path"),
                        new StackOverflowError("/srv/secret/path"))) {
            Answer answer = failing(failure).get(MANIFEST).send().isError(500, "UNKNOWN");
            assertThat(answer.text())
                    .isEqualTo(
                            "{\"errors\":[{\"code\":\"UNKNOWN\",\"message\":\"unknown error\"}]}");
        }
        assertThat(logged.list).allMatch(event -> event.getLevel() == Level.ERROR);
    }

    /** A server that is busy is not broken. */
    @ParameterizedTest
    @ValueSource(strings = {"INFO", "DEBUG"})
    void warnOfLoadWithItsReason(String level) {
        log.setLevel(Level.valueOf(level));
        failing(
                        new RegistryException(
                                ErrorCode.UNAVAILABLE,
                                ErrorCode.UNAVAILABLE.message(),
                                "too many manifests are being stored"))
                .get(MANIFEST)
                .send()
                .isError(503, "UNAVAILABLE");
        assertThat(logged.list)
                .singleElement()
                .satisfies(
                        event -> {
                            assertThat(event.getLevel()).isEqualTo(Level.WARN);
                            assertThat(event.getFormattedMessage())
                                    .endsWith(
                                            "GET "
                                                    + MANIFEST
                                                    + ": 503 service unavailable:"
                                                    + " too many manifests are being stored");
                            assertThat(event.getThrowableProxy()).isNull();
                        });
    }

    @Test
    void nameTheReasonOfAStorageThatIsAway() {
        log.setLevel(Level.INFO);
        failing(
                        new RegistryException(
                                List.of(RegistryError.of(ErrorCode.UNAVAILABLE)),
                                new IOException("the disk is unavailable")))
                .get(MANIFEST)
                .send()
                .isError(503, "UNAVAILABLE");
        assertThat(logged.list)
                .singleElement()
                .satisfies(
                        event -> {
                            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
                            assertThat(event.getFormattedMessage())
                                    .endsWith("the disk is unavailable");
                        });
    }

    @Test
    void carryDetailsOfAnyShape() {
        List<RegistryError> errors =
                List.of(
                        RegistryError.of(ErrorCode.DENIED, Map.of("class", List.of("a", 1, true))),
                        RegistryError.of(ErrorCode.DENIED, "\"quoted\" \u0001 ä"),
                        RegistryError.of(ErrorCode.DENIED, 5L),
                        RegistryError.of(ErrorCode.DENIED));
        String message = "\"message\":\"requested access to the resource is denied\"";
        assertThat(new String(ErrorResponse.body(errors), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"errors\":["
                                + "{\"code\":\"DENIED\","
                                + message
                                + ",\"detail\":{\"class\":[\"a\",1,true]}},"
                                + "{\"code\":\"DENIED\","
                                + message
                                + ",\"detail\":\"\\\"quoted\\\" \\u0001 ä\"},"
                                + "{\"code\":\"DENIED\","
                                + message
                                + ",\"detail\":5},"
                                + "{\"code\":\"DENIED\","
                                + message
                                + "}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v2/                               | GET, HEAD",
                "/v2/_catalog                       | GET, HEAD",
                "/v2/library/app/tags/list          | GET, HEAD",
                "/v2/library/app/manifests/v1       | GET, HEAD, PUT, DELETE",
                "/v2/library/app/blobs/DIGEST       | GET, HEAD, DELETE",
                "/v2/library/app/blobs/uploads/     | POST",
                "/v2/library/app/blobs/uploads/UUID | GET, HEAD, PATCH, PUT, DELETE",
                "/v2/library/app/referrers/DIGEST   | GET, HEAD",
                "/                                  | GET, HEAD",
            })
    void nameTheMethodsThatExist(String path, String allowed) {
        String target = path.replace("DIGEST", DIGEST).replace("UUID", UPLOAD);
        TestApi api = new TestApi(registry);
        List<String> methods =
                List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW", "get");
        for (String method : methods) {
            if (!Arrays.asList(allowed.split(", ", -1)).contains(method)) {
                api.request(method, target)
                        .header("Origin", "http://a.example")
                        .header("Access-Control-Request-Method", "PUT")
                        .send()
                        .isError(405, "UNSUPPORTED")
                        .has("Allow", allowed);
            } else {
                assertThat(api.request(method, target).send().response().getStatus())
                        .isNotEqualTo(405);
            }
        }
        Answer options =
                api.request("OPTIONS", target)
                        .header("Origin", "http://a.example")
                        .header("Access-Control-Request-Method", "PUT")
                        .send()
                        .is(204)
                        .has("Allow", allowed)
                        .has("Access-Control-Allow-Origin", null);
        assertThat(options.body()).isEmpty();
        api.request("OPTIONS", target).send().is(204).has("Allow", allowed);
    }

    @Test
    void nameAllMethodsForTheWholeServer() {
        TestApi api = new TestApi(registry);
        String all = "GET, HEAD, PUT, DELETE, POST, PATCH";
        api.request("OPTIONS", "*").send().is(204).has("Allow", all);
        api.get("*").send().isError(405, "UNSUPPORTED").has("Allow", all);
    }

    @Test
    void nameTheMethodsThatReadOnlyLeaves() {
        Digest blob = pushBlob(registry, REPOSITORY, bytes("x"));
        TestApi open = new TestApi(registry);
        String upload =
                open.post("/v2/library/app/blobs/uploads/").send().is(202).header("Location");
        TestApi api = new TestApi(new ReadOnlyRegistry(registry));
        String image =
                new String(
                        pushImage(registry, REPOSITORY, "a", "v1").content(),
                        StandardCharsets.UTF_8);

        assertRefused(api.put(MANIFEST).body(image), "GET, HEAD");
        assertRefused(api.delete(MANIFEST), "GET, HEAD");
        assertRefused(api.delete("/v2/library/app/blobs/" + blob), "GET, HEAD");
        assertRefused(api.post("/v2/library/app/blobs/uploads/"), "");
        assertRefused(api.post("/v2/library/app/blobs/uploads/?mount=" + blob), "");
        assertRefused(api.post("/v2/library/app/blobs/uploads/?digest=" + blob).body("x"), "");
        assertRefused(api.patch(upload).body("x"), "GET, HEAD");
        assertRefused(api.put(upload + "?digest=" + blob).body("x"), "GET, HEAD");
        assertRefused(api.delete(upload), "GET, HEAD");
        api.get(upload).send().is(204);
        api.get(MANIFEST).send().is(200);
    }

    @Test
    void sayThatAllIsReadOnlyBeforeWhatElseIsWrong() {
        TestApi api = new TestApi(new ReadOnlyRegistry(registry), ApiSettings.defaults());
        String nowhere = "/v2/library/app/blobs/uploads/" + new UploadId(UUID.randomUUID());

        assertRefused(api.put(MANIFEST).body("no manifest"), "GET, HEAD");
        assertRefused(api.put("/v2/library/app/manifests/.bad").body("{}"), "GET, HEAD");
        assertRefused(api.patch(nowhere).body("x"), "GET, HEAD");
        assertRefused(api.put(nowhere), "GET, HEAD");
        assertRefused(api.delete(nowhere), "GET, HEAD");
        assertRefused(api.post("/v2/library/app/blobs/uploads/?mount=nonsense"), "");
        api.get(nowhere).send().is(404);
        api.request("OPTIONS", nowhere).send().is(204).has("Allow", "GET, HEAD");
        api.request("OPTIONS", "*").send().is(204).has("Allow", "GET, HEAD");
        api.request("OPTIONS", "/v2/library/app/blobs/uploads/").send().is(204).has("Allow", "");
    }

    @Test
    void nameTheMethodsThatAreLeftWithoutDelete() {
        Digest blob = pushBlob(registry, REPOSITORY, bytes("x"));
        pushImage(registry, REPOSITORY, "a", "v1");
        TestApi api = new TestApi(new DeleteDisabledRegistry(registry));

        assertRefused(api.delete(MANIFEST), "GET, HEAD, PUT");
        assertRefused(api.delete("/v2/library/app/blobs/" + blob), "GET, HEAD");
        api.get(MANIFEST).send().is(200);
    }

    private static void assertRefused(TestApi.Request request, String allowed) {
        request.send().isError(405, "UNSUPPORTED").has("Allow", allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/a, 404, NAME_UNKNOWN",
        "/v2/_oci/ext/discover, 404, NAME_UNKNOWN",
        "/v2/A/tags/list, 400, NAME_INVALID",
        "/v2/a/../b/tags/list, 400, NAME_INVALID",
        "/v2/a%2f..%2fb/tags/list, 400, NAME_INVALID",
        "/v2/a%00b/tags/list, 400, NAME_INVALID",
        "/v2/a%/tags/list, 400, NAME_INVALID",
        "/v2/a/blobs/sha256:%zz, 400, DIGEST_INVALID",
        "/v2/a/referrers/%, 400, DIGEST_INVALID",
        "/v2/a/blobs/uploads/x, 404, BLOB_UPLOAD_UNKNOWN",
    })
    void areAnsweredBeforeAnyControllerIsAsked(String path, int status, String code) {
        for (String method : List.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")) {
            new TestApi(registry).request(method, path).send().isError(status, code);
        }
    }

    @Test
    void areNotMadeOfAClientThatWentAway() {
        TestApi api =
                new TestApi(
                        Intercepted.registry(
                                registry,
                                "putBlob",
                                _ -> {
                                    throw new IOException("connection reset");
                                }));
        Answer answer =
                api.post("/v2/library/app/blobs/uploads/?digest=" + DIGEST)
                        .body("x")
                        .send()
                        .is(400);
        assertThat(answer.body()).isEmpty();
        assertThat(logged.list).allMatch(event -> event.getLevel() == Level.DEBUG);
    }
}
