package io.berth.object.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.s3.bucket.DeferredDeletes;
import io.berth.object.s3.bucket.S3Options;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Objects as other programs see them, and what the store makes of theirs. */
class S3ObjectsTest extends S3Fixture {

    private void plant(String key) {
        bucket.as(
                client ->
                        client.putObject(
                                put -> put.bucket(bucket.name()).key(root + "/" + key),
                                RequestBody.fromString("foreign")));
    }

    private List<String> list(String prefix, boolean fold) {
        return list(prefix, fold, 100);
    }

    private List<String> list(String prefix, boolean fold, int limit) {
        return store.list(new ListRequest(prefix, null, fold, limit)).keys();
    }

    @Test
    void keysAreBelowTheRootDirectory() {
        put("a/b", "content");

        assertThat(bucket.keys(root)).containsExactly(root + "/a/b");
    }

    @Test
    void everyWayOfWritingGivesTheSameKindOfObject() {
        put("put", "content");
        write("parts", random(6 * MIB));
        publish("s", stage("s", null, random(7 * MIB), 0, 7 * MIB), "published");
        for (String key : List.of("put", "parts", "published")) {
            HeadObjectResponse object =
                    bucket.as(
                            client ->
                                    client.headObject(
                                            head ->
                                                    head.bucket(bucket.name())
                                                            .key(root + "/" + key)));
            assertThat(object.contentType()).isEqualTo("application/octet-stream");
        }
    }

    @Test
    void keysThatCannotBeOursAreNotSeen() {
        plant("with space");
        plant("folder/");
        plant("x~y");
        put("z", "");

        assertThat(list("", false)).containsExactly("z");
        assertThat(list("", true)).containsExactly("folder/", "z");
        assertThat(list("folder/", false)).isEmpty();
    }

    @Test
    void aPageThatHasNothingOfOursIsNotTheEnd() {
        for (int i = 0; i < 7; i++) {
            plant("a b " + i);
        }
        put("z", "");

        assertThat(list("", false, 2)).containsExactly("z");
    }

    @Test
    void theServerComparesContentWithItsDigest() {
        Digest wrong = Digest.ofContent(HashAlgorithm.SHA256, bytes("other"));
        try (ObjectWriter writer = store.write(key("a"))) {
            writer.write(bytes("content"), 0, 7);
            assertThatThrownBy(() -> writer.publish(Durability.HINT, wrong))
                    .isInstanceOf(Unavailable.class);
        }
        try (StagedObject staged = store.stage(key("s"))) {
            staged.append(bytes("content"), 0, 7);
            assertThatThrownBy(() -> staged.publish(key("a"), Durability.HINT, wrong))
                    .isInstanceOf(Unavailable.class);
        }

        assertThat(keys()).isEmpty();
    }

    @Test
    void aPieceThatIsGoneIsNotFound() {
        byte[] content = random(12 * MIB);
        String state = stage("s", null, content, 0, content.length);
        store.close();
        store = open(ALL);
        List<String> pieces = keys();
        store.deleteAll(List.of(key(pieces.get(1))));

        try (StagedObject staged = store.resume(key("s"), state)) {
            assertThatThrownBy(() -> staged.publish(key("a"), Durability.HINT, null))
                    .isInstanceOf(NotFound.class)
                    .hasMessageContaining(": s");
            assertThatThrownBy(() -> staged.read().readAllBytes()).isInstanceOf(NotFound.class);
        }
        assertThat(bucket.unfinishedUploads(root)).isZero();
    }

    @Test
    void whatIsNotKeptGoesWithTheHandle() {
        byte[] content = random(14 * MIB);
        try (StagedObject staged = store.stage(key("s"))) {
            staged.append(content, 0, MIB);
            staged.keep();
            staged.append(content, MIB, 13 * MIB);
        }
        store.awaitForgotten();

        try (StagedObject staged = store.resume(key("s"), null)) {
            assertThat(staged.size()).isEqualTo(MIB);
        }
        assertThat(keys()).hasSize(1);
    }

    @Test
    void aPieceIsCutWhereBytesAreTakenBack() throws Exception {
        byte[] content = random(14 * MIB);
        String state;
        try (StagedObject staged = store.stage(key("s"))) {
            staged.append(content, 0, content.length);
            staged.keep();
            staged.truncate(7 * MIB);
            state = staged.state();
            staged.append(content, 7 * MIB, MIB);
            staged.keep();
        }

        for (String from : new String[] {state, ""}) {
            try (S3Store other = bucket.open(root);
                    StagedObject staged = other.resume(key("s"), from);
                    InputStream in = staged.read()) {
                assertThat(in.readNBytes(7 * MIB)).isEqualTo(Arrays.copyOf(content, 7 * MIB));
            }
        }
    }

    @Test
    void aLinkIsFollowedWithoutCredentials() throws Exception {
        put("a/b", "content");
        URI link = store.presignedUrls().orElseThrow().presignGet(key("a/b"));

        HttpURLConnection get = (HttpURLConnection) link.toURL().openConnection();
        get.setRequestProperty("Range", "bytes=1-3");

        assertThat(get.getInputStream().readAllBytes()).isEqualTo(bytes("ont"));
        assertThat(get.getContentType()).isEqualTo("application/octet-stream");
        assertThat(link.getQuery()).contains("X-Amz-Expires=1200");
    }

    @Test
    void linksLeadWhereClientsGo() {
        TestOptions options = bucket.options(root);
        S3Options elsewhere =
                options.redirectEndpoint(URI.create("https://cdn.example.com")).build();
        try (S3Store other = S3Store.open(elsewhere, ALL, wire)) {
            assertThat(other.presignedUrls().orElseThrow().presignGet(key("a")).toString())
                    .startsWith("https://cdn.example.com/" + bucket.name() + "/" + root + "/a?");
        }
        try (S3Store other = S3Store.open(options.redirects(false).build(), ALL, wire)) {
            assertThat(other.presignedUrls()).isEmpty();
        }
    }

    @Test
    void aStreamThatIsLeftDoesNotKeepItsConnection() throws Exception {
        write("a", random(20 * MIB));
        S3Options few = bucket.options(root).maxConnections(2).build();
        try (S3Store other = S3Store.open(few, ALL, wire)) {
            for (int i = 0; i < 10; i++) {
                try (InputStream in = other.open(key("a"), ByteRange.all(20 * MIB))) {
                    assertThat(in.readNBytes(10)).hasSize(10);
                }
            }
        }
    }

    @Test
    void aBoundedQueueForgets() {
        List<ObjectKey> many =
                IntStream.range(0, DeferredDeletes.MAX_KEYS + 1)
                        .mapToObj(i -> key("k/" + i))
                        .toList();
        put("a", "");

        store.forget(many);
        store.forget(List.of(key("a")));
        store.awaitForgotten();

        assertThat(keys()).isEmpty();
        assertThat(wire.made()).containsExactly("DeleteObject", "ListObjectsV2", "PutObject");
    }
}
