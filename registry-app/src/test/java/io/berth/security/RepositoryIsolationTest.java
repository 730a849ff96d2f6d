package io.berth.security;

import static io.berth.security.AttackedServer.bytes;
import static io.berth.security.AttackedServer.digest;
import static io.berth.security.AttackedServer.encoded;
import static io.berth.security.AttackedServer.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.client.RawHttpConnection.Response;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is in a repository is of no use to clients that may only use another one, though the store
 * has one copy of each blob. In the tests, clients may do everything in {@code own} and nothing in
 * {@code secret}, and know all digests.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepositoryIsolationTest {

    private static final String CONTENT = "a secret layer";

    private AttackedServer server;
    private String own;
    private String blob;
    private String image;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = new AttackedServer(folder, Map.of());
        own = server.all("own");
        blob = server.pushBlob("secret", CONTENT);
        image = server.pushImage("secret", "v1");
        server.pushImage("own", "v1");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private void isNotInOwn() throws Exception {
        for (String method : List.of("GET", "HEAD")) {
            assertThat(server.send(method, "/v2/own/blobs/" + blob, own).status()).isEqualTo(404);
        }
    }

    @Test
    void theOwnerHasIt() throws Exception {
        assertThat(server.send("GET", "/v2/secret/blobs/" + blob, server.all("secret")).text())
                .isEqualTo(CONTENT);
        assertThat(server.send("GET", "/v2/secret/blobs/" + blob, own).status()).isEqualTo(401);
        isNotInOwn();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "&from=secret",
                "&from=%73ecret",
                "&from=secret&from=own",
                "&from=own&from=secret",
                "&from=own/../secret",
                "&from=own%2F..%2Fsecret",
                "&from=/secret",
                "&from=secret/",
                "&from=Secret",
                "&from=*",
                "&from=",
                "&from=own",
                "&FROM=secret",
                ";from=secret",
                ""
            })
    @DisplayName("CVE-2024-39897: a mount of a blob that the client may not read")
    void aMount(String from) throws Exception {
        for (String credentials :
                List.of(
                        own,
                        server.may("repository:own:pull,push", "repository:secret:push"),
                        server.may("repository:own:pull,push", "repository:secret:delete"),
                        server.may("repository:own:pull,push", "repository:Secret:pull"),
                        server.may("repository:own:pull,push", "repository:secret/:pull"))) {
            Response answer =
                    server.send(
                            "POST",
                            "/v2/own/blobs/uploads/?mount=" + encoded(blob) + from,
                            credentials);
            assertThat(answer.status()).as(from).isIn(202, 401);
            isNotInOwn();
        }
    }

    @Test
    void aMountOfAClientThatMayReadItIsPossible() throws Exception {
        String other = server.pushBlob("secret", "for both");
        Response answer =
                server.send(
                        "POST",
                        "/v2/other/blobs/uploads/?mount=" + other + "&from=secret",
                        server.may("repository:other:pull,push", "repository:secret:pull"));

        assertThat(answer.status()).isEqualTo(201);
    }

    @Test
    @DisplayName("a digest without its content makes no link to a blob of another repository")
    void aDigestAlone() throws Exception {
        String upload = server.openUpload("own");
        String finish = upload + (upload.contains("?") ? "&" : "?") + "digest=" + blob;

        assertThat(server.send("PUT", finish, own).status()).isEqualTo(400);
        assertThat(server.send("PUT", finish, own, bytes(CONTENT + "x")).status()).isEqualTo(400);
        assertThat(server.send("POST", "/v2/own/blobs/uploads/?digest=" + blob, own).status())
                .isEqualTo(202);
        assertThat(
                        server.send(
                                        "POST",
                                        "/v2/own/blobs/uploads/?digest=" + blob,
                                        own,
                                        bytes("x"))
                                .status())
                .isEqualTo(400);
        isNotInOwn();
    }

    @Test
    void aManifestThatRefersToIt() throws Exception {
        Response asBlob = server.putManifest("own", "stolen", own, manifest(blob));
        assertThat(asBlob.status()).isIn(400, 404);
        assertThat(asBlob.text()).contains("MANIFEST_BLOB_UNKNOWN");
        String index =
                ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                                + "\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest"
                                + ".v1+json\",\"digest\":\"%s\",\"size\":300}]}")
                        .formatted(image);
        Response own2 = server.putManifest("own", "stolen", own, index);

        // The image of both repositories is the same one, so that the index is right here.
        assertThat(own2.status()).isEqualTo(201);
        String only = server.digest(bytes(manifest(blob)));
        assertThat(server.send("GET", "/v2/own/manifests/" + only, own).status()).isEqualTo(404);
        isNotInOwn();
    }

    @Test
    void aManifestOfAnotherRepositoryIsNotFoundByItsDigest() throws Exception {
        String config = server.pushBlob("secret", "{\"a\":1}");
        String manifest = manifest(config);
        server.putManifest("secret", "v2", server.all("secret"), manifest);
        String hidden = digest(bytes(manifest));

        for (String method : List.of("GET", "HEAD")) {
            assertThat(server.send(method, "/v2/own/manifests/" + hidden, own).status())
                    .isEqualTo(404);
        }
        assertThat(server.putManifest("own", "x", own, manifest).status()).isIn(400, 404);
        Response referrers = server.send("GET", "/v2/own/referrers/" + hidden, own);
        assertThat(referrers.status()).isEqualTo(200);
        assertThat(referrers.text()).doesNotContain("\"digest\"");
    }

    @Test
    void whatRefersToAManifestIsListedInItsOwnRepositoryAlone() throws Exception {
        String config = server.pushBlob("own", "{}");
        String attached =
                manifest(config)
                        .replace(
                                "\"layers\":[]",
                                "\"layers\":[],\"subject\":{\"mediaType\":\"application/vnd.oci"
                                        + ".image.manifest.v1+json\",\"digest\":\""
                                        + image
                                        + "\",\"size\":300}");

        assertThat(server.putManifest("own", "attached", own, attached).status()).isEqualTo(201);
        assertThat(server.send("GET", "/v2/secret/referrers/" + image, server.all("secret")).text())
                .doesNotContain(digest(bytes(attached)));
    }

    @Test
    @DisplayName("CVE-2026-35172: a blob that was deleted, and that another repository still has")
    void aDeletedBlob() throws Exception {
        String shared = server.pushBlob("one", "shared");
        server.pushBlob("two", "shared");
        for (String repository : List.of("one", "two")) { // so that caches know it
            server.send("HEAD", "/v2/" + repository + "/blobs/" + shared, server.all(repository));
            server.send("GET", "/v2/" + repository + "/blobs/" + shared, server.all(repository));
        }
        String one = server.all("one");

        assertThat(server.send("DELETE", "/v2/one/blobs/" + shared, one).status()).isEqualTo(202);
        for (int i = 0; i < 3; i++) {
            assertThat(server.send("GET", "/v2/one/blobs/" + shared, one).status()).isEqualTo(404);
            assertThat(server.send("HEAD", "/v2/one/blobs/" + shared, one).status()).isEqualTo(404);
            assertThat(server.send("GET", "/v2/two/blobs/" + shared, server.all("two")).status())
                    .isEqualTo(200);
        }
    }

    private static String under(String repository, String upload) {
        return upload.replace("/v2/secret/", "/v2/" + repository + "/");
    }

    @Test
    @DisplayName("CVE-2026-32589: the upload of another repository")
    void anUploadOfAnother() throws Exception {
        String upload = server.openUpload("secret");
        String path = upload.replaceAll("\\?.*", "");
        for (String target : List.of(upload, path)) {
            for (String method : List.of("GET", "HEAD", "PATCH", "PUT", "DELETE")) {
                String digest = method.equals("PUT") ? "digest=" + digest(bytes("x")) : "";
                String there = target + (target.contains("?") ? "&" : "?") + digest;
                assertThat(server.send(method, there, own, bytes("x")).status())
                        .as("%s %s", method, there)
                        .isEqualTo(401);
                assertThat(server.send(method, under("own", there), own, bytes("x")).status())
                        .as("%s %s", method, under("own", there))
                        .isEqualTo(404);
            }
        }
        Response progress = server.send("GET", upload, server.all("secret"));
        assertThat(progress.status()).isEqualTo(204);
        assertThat(progress.header("Range")).isEqualTo("0-0");
    }

    /** The state is a hint where the bytes are, which only a registry with a bucket needs. */
    @Test
    @DisplayName("CVE-2026-32590: the state of an upload, forged or of another upload")
    void aForgedState(@TempDir Path folder) throws Exception {
        aForgedState(server);
        try (AttackedServer onS3 = AttackedServer.onS3(folder)) {
            aForgedState(onS3);
        }
    }

    private static void aForgedState(AttackedServer server) throws Exception {
        String secret = begun(server, "secret", "0123456789");
        String mine = begun(server, "own", "abc");
        String own = server.all("own");
        String path = mine.replaceAll("\\?.*", "");
        for (String forged : forgedStates(mine, secret)) {
            Response answer = server.send("PATCH", path + "?_state=" + forged, own, bytes(""));

            assertThat(answer.status()).as(forged).isIn(202, 400, 404, 416);
            String theft = path + "?_state=" + forged + "&digest=" + digest(bytes("0123456789"));
            assertThat(server.send("PUT", theft, own).status()).as(forged).isIn(400, 404, 416);
        }
        String finish = mine + (mine.contains("?") ? "&" : "?") + "digest=" + digest(bytes("abc"));
        assertThat(server.send("PUT", finish, own).status()).isEqualTo(201);
        assertThat(server.send("GET", secret, server.all("secret")).header("Range"))
                .isEqualTo("0-9");
    }

    /** An upload with some bytes: its URL, with its state. */
    private static String begun(AttackedServer server, String repository, String content)
            throws Exception {
        Response stored =
                server.send(
                        "PATCH",
                        server.openUpload(repository),
                        server.all(repository),
                        bytes(content));
        assertThat(stored.status()).isEqualTo(202);
        String location = Objects.requireNonNull(stored.header("Location"));
        return location.substring(location.indexOf("/v2/"));
    }

    private static List<String> forgedStates(String mine, String other) {
        List<String> states = new ArrayList<>();
        states.add(stateOf(other));
        states.add("");
        states.add("rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA"); // a serialized object
        states.add("../../../../etc/passwd");
        states.add("%00");
        states.add("{}");
        states.add("A".repeat(4000));
        String state = stateOf(mine);
        Random random = new Random(7);
        for (int i = 0; i < state.length(); i += 5) {
            char changed = (char) ('a' + random.nextInt(26));
            states.add(state.substring(0, i) + changed + state.substring(i + 1));
        }
        return states;
    }

    private static String stateOf(String upload) {
        return upload.contains("_state=") ? upload.replaceAll(".*_state=", "") : "";
    }
}
