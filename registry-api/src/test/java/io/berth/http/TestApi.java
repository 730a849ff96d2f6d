package io.berth.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.mock.web.DelegatingServletInputStream;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletConfig;
import org.springframework.web.context.support.StaticWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API behind Spring's dispatcher, as an application wires it, without a server. */
public final class TestApi {

    private static final JsonMapper JSON = new JsonMapper();

    private final DispatcherServlet servlet;

    public TestApi(Registry registry) {
        this(registry, ApiSettings.defaults());
    }

    public TestApi(Registry registry, ApiSettings settings) {
        this(new RegistryApi(registry, settings));
    }

    public TestApi(RegistryApi api) {
        servlet = servlet(api);
        try {
            servlet.init(new MockServletConfig());
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An empty registry in memory. */
    public static Registry emptyRegistry() {
        return new StoredRegistry(
                new MemoryStore(), StoredRegistryOptions.defaults(), Clock.systemUTC());
    }

    public static DispatcherServlet servlet(Registry registry, ApiSettings settings) {
        return servlet(new RegistryApi(registry, settings));
    }

    private static DispatcherServlet servlet(RegistryApi api) {
        StaticWebApplicationContext context = new StaticWebApplicationContext();
        context.registerBean(HandlerMapping.class, api::handlerMapping);
        context.registerBean(HandlerExceptionResolver.class, api::exceptionResolver);
        return new DispatcherServlet(context);
    }

    public Request get(String target) {
        return request("GET", target);
    }

    public Request head(String target) {
        return request("HEAD", target);
    }

    public Request post(String target) {
        return request("POST", target);
    }

    public Request patch(String target) {
        return request("PATCH", target);
    }

    public Request put(String target) {
        return request("PUT", target);
    }

    public Request delete(String target) {
        return request("DELETE", target);
    }

    public Request request(String method, String target) {
        return new Request(method, target);
    }

    /** A request on its way to be sent. */
    public final class Request {

        private final MockHttpServletRequest request;
        private boolean chunked;
        private boolean unreadable;
        private boolean read;

        private Request(String method, String target) {
            int mark = target.indexOf('?');
            String path = mark < 0 ? target : target.substring(0, mark);
            request =
                    new MockHttpServletRequest(method, path) {
                        @Override
                        public long getContentLengthLong() {
                            return chunked ? -1 : super.getContentLengthLong();
                        }

                        @Override
                        public ServletInputStream getInputStream() {
                            return unreadable
                                    ? new DelegatingServletInputStream(
                                            new InputStream() {
                                                @Override
                                                public int read() {
                                                    read = true;
                                                    throw new AssertionError("the body is read");
                                                }
                                            })
                                    : super.getInputStream();
                        }
                    };
            request.setProtocol("HTTP/1.1");
            request.setQueryString(mark < 0 ? null : target.substring(mark + 1));
        }

        public Request header(String name, Object value) {
            request.addHeader(name, value.toString());
            return this;
        }

        public Request attribute(String name, Object value) {
            request.setAttribute(name, value);
            return this;
        }

        public Request protocol(String protocol) {
            request.setProtocol(protocol);
            return this;
        }

        public Request secure() {
            request.setSecure(true);
            request.setScheme("https");
            return this;
        }

        public Request body(byte[] content) {
            request.setContent(content);
            return this;
        }

        public Request body(String content) {
            return body(content.getBytes(StandardCharsets.UTF_8));
        }

        /** The length of the body is not declared. */
        public Request chunked() {
            chunked = true;
            return header("Transfer-Encoding", "chunked");
        }

        /** The body must not be touched, whatever the answer is. */
        public Request bodyThatMustNotBeRead() {
            unreadable = true;
            return this;
        }

        public Answer send() {
            MockHttpServletResponse response = new MockHttpServletResponse();
            try {
                servlet.service(request, response);
            } catch (ServletException e) {
                throw new IllegalStateException(e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            assertThat(read).as("the body is read").isFalse();
            return new Answer(request, response);
        }
    }

    /** What came back, with what every answer of this API has checked already. */
    public record Answer(MockHttpServletRequest request, MockHttpServletResponse response) {

        public Answer {
            assertThat(response.getHeader("Docker-Distribution-API-Version"))
                    .isEqualTo("registry/2.0");
            assertThat(response.getHeader("X-Content-Type-Options")).isEqualTo("nosniff");
            if ("HEAD".equals(request.getMethod())) {
                assertThat(response.getContentAsByteArray()).isEmpty();
            } else if (response.containsHeader("Content-Length")
                    && request.getAttribute("org.apache.tomcat.sendfile.filename") == null) {
                assertThat(response.getContentAsByteArray())
                        .hasSize((int) response.getContentLengthLong());
            }
        }

        /** Checks the status. */
        public Answer is(int status) {
            assertThat(response.getStatus()).as(this::text).isEqualTo(status);
            return this;
        }

        /** Checks a header; {@code null}: it is not there. */
        public Answer has(String name, @Nullable Object value) {
            assertThat(response.getHeaders(name))
                    .as(name)
                    .isEqualTo(value == null ? List.of() : List.of(value.toString()));
            return this;
        }

        /** Checks that it is an error answer as the protocol has it. */
        public Answer isError(int status, String code) {
            is(status).has("Content-Type", "application/json");
            if (!"HEAD".equals(request.getMethod())) {
                assertThat(error().get("code").asString()).isEqualTo(code);
                assertThat(error().get("message").asString()).isNotBlank();
            }
            assertThat(header("X-Request-Id")).matches("[A-Za-z0-9._-]{1,64}");
            assertThat(response.getHeader("Content-Length")).isNotNull();
            return this;
        }

        public String header(String name) {
            String value = response.getHeader(name);
            if (value == null) {
                throw new AssertionError(name + " is missing");
            }
            return value;
        }

        public byte[] body() {
            return response.getContentAsByteArray();
        }

        public String text() {
            return new String(body(), StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            return JSON.readTree(body());
        }

        /** The first error. */
        public JsonNode error() {
            return json().get("errors").get(0);
        }
    }
}
