package io.berth.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.access.Caller;
import io.berth.access.Identity;
import io.berth.app.TestServer;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import tools.jackson.databind.JsonNode;

/**
 * {@code openapi.json} says what the controllers do, and they do what it says. Controllers of all
 * features are found.
 */
class OpenApiTest {

    private static final Map<String, HandlerMethod> METHODS = new TreeMap<>();

    private final OpenApi description = OpenApi.read();

    @BeforeAll
    static void findControllers(@TempDir Path folder) {
        try (TestServer server = TestServer.on(folder);
                AnnotationConfigWebApplicationContext web =
                        AdminConfiguration.web(
                                (WebApplicationContext) server.context(),
                                _ -> new Caller(Identity.LOCAL, "", ""))) {
            web.refresh();
            web.getBean(AdminMapping.class)
                    .getHandlerMethods()
                    .forEach((info, method) -> METHODS.put(operation(info), method));
        }
    }

    private static String operation(RequestMappingInfo info) {
        List<String> paths =
                info.getPatternValues().stream().filter(path -> !path.isEmpty()).toList();
        assertThat(paths).as("%s has one path", info).hasSize(1);
        assertThat(info.getMethodsCondition().getMethods()).as("%s has one verb", info).hasSize(1);
        return info.getMethodsCondition().getMethods().iterator().next() + " " + paths.getFirst();
    }

    @AfterAll
    static void forget() {
        METHODS.clear();
    }

    static List<String> operations() {
        return List.copyOf(OpenApi.read().operations());
    }

    @Test
    void hasTheRoutesOfTheControllersAndNoOthers() {
        assertThat(description.operations()).isEqualTo(METHODS.keySet());
    }

    @ParameterizedTest
    @MethodSource("operations")
    void hasTheirParameters(String operation) {
        Set<String> parameters = new TreeSet<>();
        for (MethodParameter each : method(operation).getMethodParameters()) {
            PathVariable path = each.getParameterAnnotation(PathVariable.class);
            RequestParam query = each.getParameterAnnotation(RequestParam.class);
            if (path != null) {
                parameters.add("path " + path.name());
            } else if (query != null) {
                parameters.add("query " + query.name());
            }
        }
        assertThat(description.parameters(described(operation))).isEqualTo(parameters);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void hasTheirSuccess(String operation) {
        ResponseStatus status = method(operation).getMethodAnnotation(ResponseStatus.class);
        int expected = status == null ? 200 : status.value().value();
        assertThat(OpenApi.members(described(operation), "responses").stream())
                .filteredOn(each -> each.startsWith("2"))
                .containsExactly(Integer.toString(expected));

        AnnotatedType type = method(operation).getMethod().getAnnotatedReturnType();
        JsonNode schema = description.responseSchema(described(operation), expected);
        if (type.getType() == void.class) {
            assertThat(schema).isNull();
        } else if (type.getType() != byte[].class) {
            compare(operation, type, schema);
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void hasTheirBodies(String operation) {
        MethodParameter body =
                Arrays.stream(method(operation).getMethodParameters())
                        .filter(each -> each.hasParameterAnnotation(RequestBody.class))
                        .findFirst()
                        .orElse(null);
        JsonNode schema = description.requestSchema(described(operation));
        if (body == null) {
            assertThat(schema).isNull();
        } else {
            compare(
                    operation,
                    method(operation)
                            .getMethod()
                            .getAnnotatedParameterTypes()[body.getParameterIndex()],
                    schema);
        }
    }

    private void compare(String place, AnnotatedType annotated, @Nullable JsonNode of) {
        JsonNode schema = description.resolved(requireNonNull(of, place));
        Type type = annotated.getType();
        String expected = expected(type);
        assertThat(schema.path("type").asString()).as(place).isEqualTo(expected);
        if (expected.equals("array")) {
            compare(
                    place + "[]",
                    ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments()[0],
                    schema.path("items"));
        } else if (type instanceof Class<?> found && found.isRecord()) {
            RecordComponent[] components = found.getRecordComponents();
            assertThat(OpenApi.members(schema, "properties"))
                    .as(place)
                    .containsExactlyInAnyOrderElementsOf(names(components, false));
            assertThat(OpenApi.members(schema, "required"))
                    .as("%s: members that are always there", place)
                    .containsExactlyInAnyOrderElementsOf(names(components, true));
            for (RecordComponent each : components) {
                compare(
                        place + "." + each.getName(),
                        each.getAnnotatedType(),
                        schema.path("properties").path(each.getName()));
            }
        }
    }

    private static List<String> names(RecordComponent[] components, boolean required) {
        return Arrays.stream(components)
                .filter(
                        each ->
                                !required
                                        || !each.getAnnotatedType()
                                                .isAnnotationPresent(Nullable.class))
                .map(RecordComponent::getName)
                .toList();
    }

    private static String expected(Type type) {
        Class<?> raw =
                (Class<?>) (type instanceof ParameterizedType with ? with.getRawType() : type);
        if (List.class.isAssignableFrom(raw)) {
            return "array";
        }
        if (raw == String.class || raw == Instant.class || raw.isEnum()) {
            return "string";
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return "boolean";
        }
        return raw.isPrimitive() || Number.class.isAssignableFrom(raw) ? "integer" : "object";
    }

    private static HandlerMethod method(String operation) {
        return requireNonNull(METHODS.get(operation), operation);
    }

    private JsonNode described(String operation) {
        int space = operation.indexOf(' ');
        return description.operation(operation.substring(0, space), operation.substring(space + 1));
    }
}
