package io.berth.cli.training;

import io.berth.cli.training.TrainingConnection.Response;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;

/**
 * Sends the requests of clients in rounds: pushes in one request or as docker pushes, pulls,
 * mounts, lists and deletes. For one thread.
 */
final class TrainingRun implements AutoCloseable {

    private static final String IMAGE = "/v2/training/app";
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    private static final String TYPES =
            "Accept: " + MANIFEST + "\r\nContent-Type: " + MANIFEST + "\r\n";

    private static final int SMALL = 4 * 1024;
    private static final int LARGE = 4 * 1024 * 1024;
    private static final int CHUNK = 32 * 1024;

    /** One of so many rounds has a large blob, lists and deletes, too. */
    private static final int ROUNDS_PER_LARGE = 25;

    private final Random random = new Random();
    private final TrainingConnection http;

    /**
     * @param port of a registry that the run may fill
     */
    TrainingRun(int port) throws IOException {
        this.http = new TrainingConnection(port);
    }

    /**
     * Runs the rounds, and stops after the first that ends later than {@code time} from now.
     *
     * @throws IllegalStateException when the status of a response is not the expected one
     */
    void run(int rounds, Duration time) throws IOException {
        long begun = System.nanoTime();
        for (int round = 0; round < rounds; round++) {
            pushAndPull(round);
            if (round % ROUNDS_PER_LARGE == 0) {
                listAndDelete(round);
            }
            if (System.nanoTime() - begun > time.toNanos()) {
                return;
            }
        }
    }

    private void pushAndPull(int round) throws IOException {
        int length = round % ROUNDS_PER_LARGE == 0 ? LARGE : SMALL;
        Blob config = pushAtOnce(randomBytes(SMALL));
        Blob layer = pushInPieces(randomBytes(length));
        String mount = "?from=training/app&mount=" + layer.digest();
        send("POST", "/v2/training/copy" + round + "/blobs/uploads/" + mount, 201);

        byte[] manifest = manifest(config, layer);
        String byTag = IMAGE + "/manifests/tag" + round;
        send("PUT", byTag, manifest, 201);
        String byDigest = IMAGE + "/manifests/" + digest(manifest);
        for (String path : new String[] {byTag, byDigest, config.path(), layer.path()}) {
            send("HEAD", path, 200);
            send("GET", path, 200);
        }
    }

    private void listAndDelete(int round) throws IOException {
        send("GET", "/v2/", 200);
        send("GET", "/v2/_catalog?n=100", 200);
        send("GET", IMAGE + "/tags/list", 200);
        send("GET", IMAGE + "/tags/list?n=100&last=tag" + round, 200);
        Blob config = pushAtOnce(randomBytes(SMALL));
        byte[] manifest = manifest(config, config);
        String path = IMAGE + "/manifests/" + digest(manifest);
        send("PUT", path, manifest, 201);
        send("PUT", IMAGE + "/manifests/deleted", manifest, 201);
        send("GET", IMAGE + "/referrers/" + digest(manifest), 200);
        send("DELETE", path, 202);
        send("DELETE", config.path(), 202);
        send("GET", path, 404);
    }

    private record Blob(Digest digest, int length) {

        String path() {
            return IMAGE + "/blobs/" + digest;
        }
    }

    private Blob pushAtOnce(byte[] content) throws IOException {
        return finish(openUpload(), content, content);
    }

    private Blob pushInPieces(byte[] content) throws IOException {
        http.requestInChunks("PATCH", openUpload(), content, CHUNK);
        String rest = location(expect(202, http.read(), "PATCH"));
        return finish(rest, new byte[0], content);
    }

    private String openUpload() throws IOException {
        return location(send("POST", IMAGE + "/blobs/uploads/", 202));
    }

    private Blob finish(String upload, byte[] last, byte[] content) throws IOException {
        Digest digest = digest(content);
        send("PUT", upload + "?digest=" + digest, last, 201);
        return new Blob(digest, content.length);
    }

    private static String location(Response answer) {
        return Objects.requireNonNull(answer.header("Location"));
    }

    private Response send(String method, String path, int expected) throws IOException {
        return send(method, path, new byte[0], expected);
    }

    private Response send(String method, String path, byte[] body, int expected)
            throws IOException {
        http.request(method, path, TYPES, body);
        Response answer = "HEAD".equals(method) ? http.head() : http.read();
        return expect(expected, answer, method + " " + path);
    }

    private static Response expect(int status, Response answer, String request) {
        if (answer.status() != status) {
            throw new IllegalStateException(
                    request + " was answered with status " + answer.status());
        }
        return answer;
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static Digest digest(byte[] content) {
        return Digest.ofContent(HashAlgorithm.SHA256, content);
    }

    private static byte[] manifest(Blob config, Blob layer) {
        return """
        {"schemaVersion": 2, "mediaType": "%s",
         "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                    "digest": "%s", "size": %d},
         "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                     "digest": "%s", "size": %d}]}
        """
                .formatted(
                        MANIFEST, config.digest(), config.length(), layer.digest(), layer.length())
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        http.close();
    }
}
