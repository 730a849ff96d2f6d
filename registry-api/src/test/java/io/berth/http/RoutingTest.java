package io.berth.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.berth.http.TestApi.Answer;
import io.berth.http.access.AccessControl;
import io.berth.http.message.PositionSealer;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.RegistryPath;
import io.berth.http.route.Routes;
import io.berth.http.route.UrlSettings;
import io.berth.name.RepositoryName;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import java.net.URI;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Where the API stands, and how it names its parts. */
class RoutingTest {

    private static final String UPLOADS = "/v2/library/app/blobs/uploads/";

    private final Registry registry = TestApi.emptyRegistry();

    private TestApi with(UrlSettings urls) {
        return new TestApi(registry, settings(urls));
    }

    private static ApiSettings settings(UrlSettings urls) {
        ApiSettings defaults = ApiSettings.defaults();
        return new ApiSettings(
                urls, defaults.manifests(), defaults.tags(), defaults.catalog(), defaults.bounds());
    }

    private TestApi with(
            @Nullable String host, boolean relative, boolean trustForwarded, String prefix) {
        return with(
                new UrlSettings(
                        host == null ? null : URI.create(host),
                        relative,
                        trustForwarded,
                        prefix + "/"));
    }

    @Test
    void leadsSomewhereFromEveryKindOfPath() {
        ApiSettings settings = ApiSettings.defaults();
        Routes routes =
                RegistryApi.routes(
                        registry,
                        new ApiUrls(settings.urls()),
                        settings,
                        AccessControl.open(),
                        PositionSealer.ofProcess());
        assertThat(routes.types()).isEqualTo(kinds(RegistryPath.class).collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(RoutingTest::kinds)
                : Stream.of(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v2/", "/v2"})
    void saysThatTheProtocolIsSpoken(String path) {
        TestApi api = new TestApi(registry);
        Answer answer = api.get(path).send().is(200).has("Content-Type", "application/json");
        assertThat(answer.text()).isEqualTo("{}");
        api.head(path).send().is(200).has("Content-Length", 2);
    }

    @Test
    void givesASignOfLife() {
        TestApi api = new TestApi(registry);
        Answer answer = api.get("/").send().is(200).has("Cache-Control", "no-cache");
        assertThat(answer.body()).isEmpty();
        api.head("/").send().is(200);
    }

    @Test
    void leavesThePathForThoseWhoDecideOnIt() {
        Answer answer = new TestApi(registry).get("/v2/library/app/tags/list").send();
        assertThat(answer.request().getAttribute(RegistryPath.ATTRIBUTE))
                .isEqualTo(new RegistryPath.Tags(RepositoryName.of("library/app")));
    }

    @Test
    void leavesOtherPathsAndTheirFailuresToOthers() throws Exception {
        RegistryApi api = new RegistryApi(registry, ApiSettings.defaults());
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/metrics");
        assertThat(api.handlerMapping().getHandler(request)).isNull();
        MockHttpServletResponse response = new MockHttpServletResponse();
        assertThat(
                        api.exceptionResolver()
                                .resolveException(
                                        request, response, null, new IllegalStateException()))
                .isNull();
        assertThat(response.getStatus()).isEqualTo(200);
    }

    @Test
    void standsBelowAPrefix() {
        TestApi api = with(null, true, false, "/some/where");
        api.get("/some/where/v2/").send().is(200);
        api.get("/some/where/v2").send().is(200);
        api.get("/some/where/").send().is(200);
        api.get("/").send().is(200);
        api.get("/some/where/v2/A/tags/list").send().isError(400, "NAME_INVALID");
        String location = api.post("/some/where" + UPLOADS).send().is(202).header("Location");
        assertThat(location).startsWith("/some/where" + UPLOADS);
        api.get(location).send().is(204);
        TestContent.pushImage(registry, RepositoryName.of("library/app"), "a", "v1", "v2");
        api.get("/some/where/v2/library/app/tags/list?n=1")
                .send()
                .has("Link", "</some/where/v2/library/app/tags/list?last=v1&n=1>; rel=\"next\"");
    }

    @Test
    void isNotFoundOutsideItsPrefix() throws Exception {
        RegistryApi api =
                new RegistryApi(registry, settings(new UrlSettings(null, true, false, "/some")));
        for (String path : new String[] {"/v2/", "/someone/v2/", "/some"}) {
            assertThat(api.handlerMapping().getHandler(new MockHttpServletRequest("GET", path)))
                    .isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"//v2/", "///v2/", "//v2", "//", "/////"})
    void takesSlashesTooManyInFront(String path) {
        new TestApi(registry).get(path).send().is(200);
    }

    @Test
    void servesAnyMethodWithSlashesTooMany() {
        TestApi api = new TestApi(registry);
        String location = api.post("/" + UPLOADS).send().is(202).header("Location");
        assertThat(location).startsWith(UPLOADS);
        api.patch("/" + location).body("x").send().is(202).has("Location", location);
        api.delete("//" + location).send().is(204);
        api.get("//v2/A/tags/list").send().isError(400, "NAME_INVALID");
        api.get("/v2//library/app/tags/list").send().isError(400, "NAME_INVALID");
        TestApi below = with(null, true, false, "/p");
        below.get("//p//v2/").send().is(200);
        below.get("/p//v2/").send().is(200);
    }

    @Test
    void takesAnEncodedSlash() {
        RepositoryName name = RepositoryName.of("library/app");
        TestContent.pushImage(registry, name, "a", "v1");
        TestApi api = new TestApi(registry);
        api.get("/v2/library%2Fapp/manifests/v1").send().is(200);
        Answer tags = api.get("/v2/library%2fapp/tags/list").send().is(200);
        assertThat(tags.request().getAttribute(RegistryPath.ATTRIBUTE))
                .as("what is authorized is what is served")
                .isEqualTo(new RegistryPath.Tags(name));
        String location =
                api.post("/v2/library%2Fapp/blobs/uploads/").send().is(202).header("Location");
        assertThat(location).startsWith(UPLOADS);
    }

    @ParameterizedTest
    @CsvSource({
        "[[[:::, /v2/",
        "a b, /v2/",
        "a/b, /v2/",
        "a@b, /v2/",
        "'', /v2/",
        "r.example:99999, /v2/",
        "[::1]:5000, http://[::1]:5000/v2/",
    })
    void namesItselfByNoHostThatIsNone(String host, String base) {
        for (boolean trusted : new boolean[] {true, false}) {
            Answer answer =
                    with(null, false, trusted, "")
                            .post(UPLOADS)
                            .header("Host", host)
                            .send()
                            .is(202);
            assertThat(answer.header("Location")).startsWith(base);
        }
        assertThat(
                        with(null, false, true, "")
                                .post(UPLOADS)
                                .header("Host", "r.example")
                                .header("X-Forwarded-Host", host)
                                .header("X-Forwarded-Proto", host)
                                .header("X-Forwarded-Port", host)
                                .header("X-Forwarded-Prefix", host)
                                .send()
                                .is(202)
                                .header("Location"))
                .startsWith(base.equals("/v2/") ? "http://r.example/v2/" : base);
    }

    @Test
    void namesItselfByTheFirstOfSeveralForwardedHosts() {
        for (String second : new String[] {"b.example", "[[[:::", ""}) {
            assertThat(
                            with(null, false, true, "")
                                    .post(UPLOADS)
                                    .header("Host", "r.example")
                                    .header("X-Forwarded-Host", "a.example, " + second)
                                    .header("X-Forwarded-Host", "c.example")
                                    .header("X-Forwarded-Proto", "https")
                                    .header("X-Forwarded-Proto", "http")
                                    .send()
                                    .is(202)
                                    .header("Location"))
                    .startsWith("https://a.example/v2/");
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // host, relative, trusted, prefix, what Location begins with
                "-, true, false, '', ''",
                "-, true, true, '', ''",
                "-, false, false, '', http://r.example:5000",
                "-, false, true, '', https://proxy.example",
                "-, false, true, /p, https://proxy.example/p",
                "https://out.example, true, false, '', https://out.example",
                "https://out.example/, false, true, /p, https://out.example/p",
                "https://out.example:8443/x/, true, true, /p, https://out.example:8443/x/p",
            })
    void namesItselfAsItWasTold(
            @Nullable String host, boolean relative, boolean trusted, String prefix, String base) {
        Answer answer =
                with(host, relative, trusted, prefix)
                        .post(prefix + UPLOADS)
                        .header("Host", "r.example:5000")
                        .header("Forwarded", "proto=https;host=proxy.example")
                        .send()
                        .is(202);
        assertThat(answer.response().getHeaders("Location"))
                .singleElement()
                .asString()
                .startsWith(base + UPLOADS);
    }

    @Test
    void isCarefulWithHostsAndPrefixes() {
        for (String prefix : new String[] {"", "p", "p/", "/p//q"}) {
            assertThat(catchThrowable(() -> new UrlSettings(null, true, false, prefix)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("prefix");
        }
        assertThat(
                        catchThrowable(
                                () -> new UrlSettings(URI.create("out.example"), true, false, "/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host");
        assertThat(new UrlSettings(null, true, false, "/p/"))
                .isEqualTo(new UrlSettings(null, true, false, "/p"));
        assertThat(catchThrowable(() -> new ApiSettings.Bounds(0, 1, 1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tagsAtOnce");
    }
}
