package io.berth.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The description of the API, as far as tests hold it against the code. */
record OpenApi(JsonNode document) {

    /** What every operation can answer besides. */
    static final Set<Integer> COMMON =
            Set.of(400, 401, 403, 404, 405, 406, 413, 415, 429, 500, 503);

    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    static OpenApi read() {
        try (InputStream resource =
                Objects.requireNonNull(AboutController.class.getResourceAsStream("openapi.json"))) {
            return new OpenApi(JsonMapper.shared().readTree(resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code GET /uploads}, and so on. */
    Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        document.path("paths")
                .forEachEntry(
                        (path, item) ->
                                item.forEachEntry(
                                        (method, _) -> {
                                            if (METHODS.contains(method)) {
                                                operations.add(upper(method) + " " + path);
                                            }
                                        }));
        return operations;
    }

    private static String upper(String method) {
        return method.toUpperCase(Locale.ROOT);
    }

    JsonNode operation(String method, String path) {
        return document.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
    }

    Set<String> parameters(JsonNode operation) {
        Set<String> names = new TreeSet<>();
        operation
                .path("parameters")
                .forEach(
                        parameter -> {
                            JsonNode one = resolved(parameter);
                            names.add(
                                    one.path("in").asString() + " " + one.path("name").asString());
                        });
        return names;
    }

    /** The schema of the JSON of a request; {@code null}: it has none. */
    @Nullable JsonNode requestSchema(JsonNode operation) {
        return schema(operation.path("requestBody"), "application/json");
    }

    /** The schema of the JSON of a response; {@code null}: it has none. */
    @Nullable JsonNode responseSchema(JsonNode operation, int status) {
        return schema(
                resolved(operation.path("responses").path(Integer.toString(status))),
                status < 400 ? "application/json" : "application/problem+json");
    }

    private static @Nullable JsonNode schema(JsonNode with, String type) {
        JsonNode schema = with.path("content").path(type).path("schema");
        return schema.isMissingNode() ? null : schema;
    }

    /** What a reference leads to. */
    JsonNode resolved(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isMissingNode()
                ? node
                : Objects.requireNonNull(document.at(reference.asString().substring(1)));
    }

    /** Names of the members of a schema. */
    static List<String> members(JsonNode schema, String group) {
        JsonNode named = schema.path(group);
        return named.isArray()
                ? named.valueStream().map(JsonNode::asString).sorted().toList()
                : named.propertyStream().map(Map.Entry::getKey).sorted().toList();
    }

    /** Fails unless a response is described. */
    void check(String method, String path, int status, String type, JsonNode json) {
        String template = template(method, path);
        JsonNode operation =
                template == null ? MissingNode.getInstance() : operation(method, template);
        JsonNode described = operation.path("responses").path(Integer.toString(status));
        assertThat(!described.isMissingNode() || COMMON.contains(status))
                .as("%s %s: the status %d is described", method, path, status)
                .isTrue();
        JsonNode schema =
                described.isMissingNode()
                        ? document.at("/components/schemas/Problem")
                        : responseSchema(operation, status);
        if (schema == null) {
            assertThat(json.isMissingNode()).as("%s %s has no body", method, path).isTrue();
            return;
        }
        assertThat(type).isEqualTo(status < 400 ? "application/json" : "application/problem+json");
        check(method + " " + path, resolved(schema), json);
    }

    private void check(String place, JsonNode schema, JsonNode json) {
        switch (schema.path("type").asString("")) {
            case "object" -> {
                assertThat(json.isObject()).as("%s is an object: %s", place, json).isTrue();
                if (schema.path("properties").isMissingNode()) {
                    return; // anything
                }
                assertThat(json.propertyNames())
                        .as(place)
                        .isSubsetOf(members(schema, "properties"))
                        .containsAll(members(schema, "required"));
                json.forEachEntry(
                        (name, member) ->
                                check(
                                        place + "." + name,
                                        resolved(schema.path("properties").path(name)),
                                        member));
            }
            case "array" ->
                    json.forEach(item -> check(place + "[]", resolved(schema.path("items")), item));
            case "string" -> {
                assertThat(json.isString()).as("%s is a text: %s", place, json).isTrue();
                if (schema.has("enum")) {
                    assertThat(members(schema, "enum")).as(place).contains(json.asString());
                }
            }
            case "integer" -> assertThat(json.isIntegralNumber()).as(place).isTrue();
            case "boolean" -> assertThat(json.isBoolean()).as(place).isTrue();
            default -> throw new AssertionError(place + " has a type that no test knows");
        }
    }

    private @Nullable String template(String method, String path) {
        return operations().stream()
                .filter(each -> each.startsWith(method + " "))
                .map(each -> each.substring(method.length() + 1))
                .filter(
                        each ->
                                (path.isEmpty() ? "/" : path)
                                        .matches(each.replaceAll("\\{[^}]*}", "[^/]+")))
                .findFirst()
                .orElse(null);
    }
}
