package io.berth.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection;
import io.berth.client.RawHttpConnection.Response;
import io.berth.object.Eventually;
import io.berth.policy.RefusalCounter;
import io.berth.policy.RefusalCounter.Refusal;
import io.berth.registry.TestContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules for tags, classes and quotas of a policy file behind the whole server. */
@Timeout(60)
class PolicyRulesOverHttpTest {

    private static final String RULES =
            """
            tags:
              rules:
                - name: releases
                  repositories: [prod/**]
                  tags: v*
                  refuse: [overwrite, delete]
            classes:
              rules:
                - name: no-sboms
                  repositories: [prod/**]
                  deny: sbom
            quotas:
              rules:
                - name: small
                  repositories: [prod/**]
                  bytes: 1KiB
                  tags: 2
            """;

    private static final String TYPE = "application/vnd.oci.image.index.v1+json";

    private final AtomicReference<@Nullable RefusalCounter> counter = new AtomicReference<>();

    @TempDir Path folder;

    private Path policy;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        policy = folder.resolve("policy.yml");
        write(RULES, 120);
        server =
                TestServer.on(
                        folder.resolve("data"),
                        Map.of("policy.file", policy.toString()),
                        (_, bean) -> {
                            if (bean instanceof RefusalCounter found) {
                                counter.set(found);
                            }
                            return bean;
                        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void write(String text, int age) throws IOException {
        Files.writeString(policy, text);
        Files.setLastModifiedTime(policy, FileTime.from(Instant.now().minusSeconds(age)));
    }

    private static String index(String more) {
        return "{\"schemaVersion\":2,\"mediaType\":\"" + TYPE + "\",\"manifests\":[]" + more + "}";
    }

    private Response send(String method, String path, String type, String body) throws Exception {
        try (RawHttpConnection http = new RawHttpConnection(server.port())) {
            http.send(
                    RawHttpConnection.head(
                                    method,
                                    path,
                                    "Content-Type: "
                                            + type
                                            + "\r\nContent-Length: "
                                            + body.length()
                                            + "\r\n")
                            + body);
            return http.read();
        }
    }

    private Response push(String tag, String more) throws Exception {
        return send("PUT", "/v2/prod/app/manifests/" + tag, TYPE, index(more));
    }

    private boolean movesTag() {
        try {
            return push("v1", ",\"annotations\":{\"a\":\"b\"}").status() == 201;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertDenied(Response response, String... parts) {
        assertThat(response.status()).isEqualTo(403);
        assertThat(response.text()).contains("\"code\":\"DENIED\"");
        for (String part : parts) {
            assertThat(response.text()).contains(part);
        }
    }

    @Test
    void tagsStay() throws Exception {
        assertThat(push("v1", "").status()).isEqualTo(201);
        assertThat(push("v1", "").status()).isEqualTo(201);

        assertDenied(
                push("v1", ",\"annotations\":{\"a\":\"b\"}"),
                "the tag v1 of prod/app must not be moved to another manifest: rule"
                        + " \\\"releases\\\" of this registry keeps it",
                "\"rule\":\"releases\"");
        assertDenied(send("DELETE", "/v2/prod/app/manifests/v1", TYPE, ""), "must not be deleted");
        String other = index(",\"annotations\":{\"c\":\"d\"}");
        String digest = TestContent.sha256(TestContent.bytes(other)).toString();
        assertDenied(
                send("PUT", "/v2/prod/app/manifests/" + digest + "?tag=x&tag=v1", TYPE, other),
                "the tag v1");
    }

    @Test
    void classesAreRefused() throws Exception {
        assertDenied(
                push("v1", ",\"artifactType\":\"application/spdx+json\""),
                "prod/app does not take manifests of the class sbom: rule \\\"no-sboms\\\"");
        assertThat(requireNonNull(counter.get()).counts())
                .containsOnlyKeys(new Refusal("classes", "no-sboms", "sbom", true));
    }

    @Test
    void quotasLimit() throws Exception {
        assertThat(push("a", "").status()).isEqualTo(201);
        assertThat(push("b", "").status()).isEqualTo(201);
        assertDenied(push("c", ""), "prod/app holds 2 tags of the 2 tags");

        String blob = "x".repeat(1025);
        String digest = TestContent.sha256(TestContent.bytes(blob)).toString();
        assertDenied(
                send(
                        "POST",
                        "/v2/prod/app/blobs/uploads/?digest=" + digest,
                        "application/octet-stream",
                        blob),
                "0 bytes of the 1024 bytes",
                "\"limit\":1024");
    }

    @Test
    void aChangeOfTheFileCounts() throws Exception {
        assertThat(push("v1", "").status()).isEqualTo(201);
        write(RULES.replace("tags: v*", "tags: w*"), 60);

        Eventually.await("the new rules count", this::movesTag);
    }
}
