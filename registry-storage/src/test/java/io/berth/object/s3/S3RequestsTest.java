package io.berth.object.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.Version;
import io.berth.object.s3.FaultyWire.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Exactly the requests that each operation makes. */
class S3RequestsTest extends S3Fixture {

    private static final Durability D = Durability.HINT;

    private void requests(Runnable action, String... expected) {
        wire.made();
        action.run();
        assertThat(wire.made())
                .containsExactly(Arrays.stream(expected).sorted().toArray(String[]::new));
    }

    private static String[] times(int count, String operation, String... more) {
        List<String> all = new ArrayList<>(List.of(more));
        for (int i = 0; i < count; i++) {
            all.add(operation);
        }
        return all.toArray(String[]::new);
    }

    @Test
    void readingIsOneRequest() {
        put("a", "content");

        requests(() -> store.head(key("a")), "HeadObject");
        requests(() -> store.read(key("a"), 100), "GetObject");
        requests(() -> readAll("a", new ByteRange(1, 3)), "GetObject");
        requests(() -> readAll("a", ByteRange.all(0)), "HeadObject");
    }

    private void readAll(String key, ByteRange range) {
        try (InputStream in = store.open(key(key), range)) {
            in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void writingIsOneRequestWhateverTheCondition() {
        requests(() -> put("a", "one"), "PutObject");
        requests(() -> put("b", "one", Condition.ifAbsent()), "PutObject");
        requests(() -> put("a", "two", Condition.ifContent(bytes("one"))), "PutObject");
        requests(() -> refused("b", Condition.ifAbsent()), "PutObject");
    }

    private void refused(String key, Condition condition) {
        assertThatThrownBy(() -> put(key, "other", condition))
                .isInstanceOf(PreconditionFailed.class);
    }

    @Test
    void aRefusalIsBelievedOnlyAfterALook() {
        put("a", "one");

        requests(() -> refused("a", Condition.ifContent(bytes("two"))), "PutObject", "GetObject");
        requests(() -> refused("c", Condition.ifContent(bytes("two"))), "PutObject", "GetObject");
    }

    /** Its name is not the MD5 of its content, for it was written in parts. */
    @Test
    void anObjectOfAnotherNameIsReplacedAllTheSame() {
        byte[] content = random(6 * MIB);
        write("a", content);

        requests(
                () -> put("a", "new", Condition.ifContent(content)),
                "PutObject",
                "GetObject",
                "PutObject");
        assertThat(read("a")).isEqualTo("new");
    }

    @Test
    void aServerThatCannotIsAskedFirst() {
        store.close();
        store = open(NONE);

        requests(() -> put("a", "one", Condition.ifAbsent()), "HeadObject", "PutObject");
        requests(() -> refused("a", Condition.ifAbsent()), "HeadObject");
        requests(
                () -> put("a", "two", Condition.ifContent(bytes("one"))), "GetObject", "PutObject");
        requests(() -> refused("a", Condition.ifContent(bytes("one"))), "GetObject");
        requests(
                () -> store.delete(key("a"), Condition.ifContent(bytes("two"))),
                "GetObject",
                "DeleteObject");
        requests(
                () -> store.deleteAll(List.of(key("a"), key("b"), key("c"))),
                times(3, "DeleteObject"));
    }

    @Test
    void deletingIsOneRequest() {
        put("a", "one");
        put("b", "one");

        requests(() -> store.delete(key("a"), Condition.always()), "DeleteObject");
        requests(() -> store.delete(key("b"), Condition.ifContent(bytes("one"))), "DeleteObject");
        requests(() -> store.delete(key("c"), Condition.ifAbsent()), "HeadObject");
        requests(() -> store.deleteAll(List.of(key("a"), key("b"))), "DeleteObjects");
        requests(() -> store.deleteAll(List.of(key("a"))), "DeleteObject");
        requests(() -> store.deleteAll(List.of()));
    }

    @Test
    void deletingManyIsOneRequestForAThousand() {
        List<ObjectKey> keys = new ArrayList<>();
        for (int i = 0; i < 2001; i++) {
            keys.add(key("many/" + i));
        }

        requests(() -> store.deleteAll(keys), times(3, "DeleteObjects"));
    }

    @Test
    void whatIsForgottenTogetherIsRemovedTogether() {
        requests(
                () -> {
                    for (int i = 0; i < 50; i++) {
                        store.forget(List.of(key("a/" + i), key("b/" + i)));
                    }
                    store.awaitForgotten();
                },
                "DeleteObjects");
    }

    @Test
    void listingIsOneRequestForAPage() {
        for (String key : List.of("r/a/1", "r/a/2", "r/a/3", "r/b", "r/c/1")) {
            put(key, "");
        }

        requests(() -> list("r/", null, false, 100), "ListObjectsV2");
        requests(() -> list("r/", "r/a/", true, 1), "ListObjectsV2");
        requests(() -> list("r/", "r/a/1", true, 1), "ListObjectsV2");
        requests(() -> list("r/", "s", true, 1));
        assertThat(list("r/", "r/a/", true, 1)).containsExactly("r/b");
    }

    @Test
    void aListingWithInfoIsOneRequestWhereTheServerListsEtags() {
        put("r/1", "one");
        put("r/a/2", "two");
        ListRequest all = new ListRequest("r/", null, true, 100).withInfo();

        requests(() -> store.list(all), "ListObjectsV2");
        Listing listed = store.list(all);
        store.close();
        store = open(NONE);

        requests(() -> store.list(all), "ListObjectsV2", "HeadObject");
        assertThat(store.list(all).keys()).isEqualTo(listed.keys());
        assertThat(version(store.list(all))).isEqualTo(version(listed));
    }

    private static Version version(Listing listing) {
        return Objects.requireNonNull(listing.entries().getFirst().info()).version();
    }

    private List<String> list(String prefix, @Nullable String after, boolean fold, int limit) {
        return store.list(new ListRequest(prefix, after, fold, limit)).keys();
    }

    @Test
    void aWriterOfAtMostAPartMakesOneRequest() {
        requests(() -> write("a", new byte[0]), "PutObject");
        requests(() -> write("a", random(5 * MIB)), "PutObject");
        requests(() -> store.write(key("b")).close());
    }

    @Test
    void aWriterOfMoreMakesOneForEachPart() {
        requests(
                () -> write("a", random(11 * MIB)),
                times(3, "UploadPart", "CreateMultipartUpload", "CompleteMultipartUpload"));
    }

    @Test
    void aWriterThatGivesUpAborts() {
        try (ObjectWriter writer = store.write(key("a"))) {
            writer.write(random(6 * MIB), 0, 6 * MIB);
        }

        assertThat(wire.made())
                .contains("CreateMultipartUpload", "AbortMultipartUpload")
                .doesNotContain("CompleteMultipartUpload");
        assertThat(bucket.unfinishedUploads(root)).isZero();
    }

    @Test
    void stagedBytesThatAreStillHereAreWrittenOnce() {
        byte[] content = random(4 * MIB);
        String state = stage("s", null, content, 0, MIB);
        requests(() -> stage("s", state, content, MIB, 4 * MIB), "PutObject");

        requests(
                () -> {
                    try (StagedObject staged = store.stage(key("t"))) {
                        staged.append(content, 0, content.length);
                        staged.publish(
                                key("target"), D, Digest.ofContent(HashAlgorithm.SHA256, content));
                    }
                    store.awaitForgotten();
                },
                "PutObject");
        assertThat(content("target")).isEqualTo(content);
    }

    @Test
    void aSessionThatCarriesItsStateMakesNoRequestToResume() {
        byte[] content = random(100);
        requests(() -> stage("s", null, content, 0, 50), "PutObject");
        String state = stage("s", null, content, 0, 50);

        requests(() -> stage("s", state, content, 50, 100), "PutObject");
        requests(() -> store.resume(key("s"), state).close());
        requests(() -> store.resume(key("s"), null).close(), "ListObjectsV2");
    }

    @Test
    void aSinglePieceIsCopied() {
        String state = stage("s", null, random(100), 0, 100);
        store.close();
        store = open(ALL);

        requests(() -> publish("s", state, "target"), "CopyObject");
        store.awaitForgotten();
        assertThat(wire.made()).containsExactly("DeleteObject");
        assertThat(keys()).containsExactly("target");
    }

    @Test
    void largePiecesAreCopiedAsParts() {
        byte[] content = random(16 * MIB);
        String state = stage("s", null, content, 0, 16 * MIB);
        store.close();
        store = open(ALL);

        requests(
                () -> publish("s", state, "target"),
                times(4, "UploadPartCopy", "CreateMultipartUpload", "CompleteMultipartUpload"));
        assertThat(content("target")).isEqualTo(content);
    }

    /** A MiB, and then, on another replica, the rest. */
    private String stageOnTwoReplicas(byte[] content) {
        String one = stage("s", null, content, 0, MIB);
        store.close();
        store = open(ALL);
        String two = stage("s", one, content, MIB, content.length);
        store.close();
        store = open(ALL);
        return two;
    }

    /** A MiB, and then, on another replica, pieces of 5, 5 and 1: the first takes in the second. */
    @Test
    void smallPiecesAreReadAndJoined() {
        byte[] content = random(12 * MIB);
        String state = stageOnTwoReplicas(content);

        requests(
                () -> publish("s", state, "target"),
                "CreateMultipartUpload",
                "GetObject",
                "GetObject",
                "UploadPart",
                "UploadPartCopy",
                "UploadPartCopy",
                "CompleteMultipartUpload");
        assertThat(content("target")).isEqualTo(content);
    }

    /** As Cloudflare R2: of 1, 5, 5 and 1 MiB become parts of 5, 5 and 2. */
    @Test
    void aServerThatWantsEqualPartsGetsThem() {
        byte[] content = random(12 * MIB);
        String state = stageOnTwoReplicas(content);
        wire.made();
        wire.fail("CompleteMultipartUpload", Fault.PARTS_REFUSED, 1);

        publish("s", state, "target");

        assertThat(content("target")).isEqualTo(content);
        assertThat(wire.made())
                .containsOnlyOnce("AbortMultipartUpload")
                .filteredOn(made -> made.equals("CompleteMultipartUpload"))
                .hasSize(2);
    }

    @Test
    void equalPartsThatAreRefusedAreNotSentAgain() {
        String state = stage("s", null, random(16 * MIB), 0, 15 * MIB);
        store.close();
        store = open(ALL);
        wire.made();
        wire.fail("CompleteMultipartUpload", Fault.PARTS_REFUSED, 1);

        assertThatThrownBy(() -> publish("s", state, "target")).isInstanceOf(Unavailable.class);
        assertThat(wire.made()).containsOnlyOnce("CompleteMultipartUpload");
    }

    @Test
    void manySmallChunksBecomeFewPieces() {
        byte[] content = random(6 * MIB);
        String state = stage("s", null, content, 0, MIB);
        for (int i = 1; i < 6; i++) {
            state = stage("s", state, content, i * MIB, (i + 1) * MIB);
        }
        store.awaitForgotten();

        assertThat(keys()).hasSize(2);
        assertThat(state).hasSizeLessThan(60);
    }

    @Test
    void discardingLooksForAllThereIs() {
        String state = stage("s", null, random(100), 0, 100);

        requests(() -> store.resume(key("s"), state).discard(), "ListObjectsV2", "DeleteObject");
        requests(() -> store.resume(key("s"), state).discard(), "ListObjectsV2");
        requests(() -> store.stage(key("t")).discard());
    }

    @Test
    void unfinishedUploadsAreListedAndAborted() {
        store.write(key("a")).close();
        ObjectWriter writer = store.write(key("a"));
        writer.write(random(6 * MIB), 0, 6 * MIB);
        wire.made();

        store.dropUnfinished("", Instant.now().minusSeconds(3600));
        assertThat(wire.made()).contains("ListMultipartUploads");
        assertThat(bucket.unfinishedUploads(root)).isEqualTo(1);
        store.dropUnfinished("", Instant.now().plusSeconds(3600));
        assertThat(bucket.unfinishedUploads(root)).isZero();
        writer.close();
    }

    @Test
    void aLinkCostsNoRequest() {
        requests(() -> store.presignedUrls().orElseThrow().presignGet(key("a")));
    }

    @Test
    void theServerIsTriedOutInAboutTwentyRequests() {
        wire.made();
        S3Store.open(bucket.options(root).build(), TestBucket.PROBES, wire).close();

        assertThat(wire.made()).hasSizeBetween(18, 26);
        assertThat(keys()).isEmpty();
    }
}
