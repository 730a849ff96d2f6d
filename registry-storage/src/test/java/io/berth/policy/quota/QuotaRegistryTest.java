package io.berth.policy.quota;

import static io.berth.registry.TestContent.chunk;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.pushBlob;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectStore;
import io.berth.object.Threads;
import io.berth.object.memory.MemoryStore;
import io.berth.policy.RefusalCounter;
import io.berth.policy.RefusalCounter.Refusal;
import io.berth.policy.access.RepositoryGlob;
import io.berth.registry.MountSource;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.ReferencePolicy;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import io.berth.setting.ByteSize;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of bytes and tags: what is refused, how exactly, and what that costs. */
class QuotaRegistryTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("team/app");
    private static final PutOptions LENIENT = PutOptions.defaults().with(ReferencePolicy.LENIENT);

    private final MemoryStore store = new MemoryStore(true);
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final RefusalCounter counter = new RefusalCounter();
    private final AtomicLong nanos = new AtomicLong();
    private List<QuotaRule> rules = List.of(rule(10_000L, 3));
    private final Registry registry = replica();

    private static QuotaRule rule(@Nullable Long bytes, @Nullable Integer tags) {
        return new QuotaRule(
                "small",
                List.of(RepositoryGlob.of("library/*")),
                bytes == null ? null : new ByteSize(bytes),
                tags,
                90);
    }

    private Registry replica() {
        ObjectStore recorded =
                new InterceptedStore(
                        store,
                        new InterceptedStore.Interceptor() {
                            @Override
                            public void before(Call call) {
                                requests.add(call.operation().name());
                            }
                        });
        StoredRegistryOptions options =
                StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10));
        StoredRegistry stored = new StoredRegistry(recorded, options, Clock.systemUTC());
        return new QuotaRegistry(
                stored, new Quotas(() -> rules, stored.meter(), counter, nanos::get));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static Digest push(Registry registry, int seed, int length) {
        byte[] content = random(seed, length);
        try {
            return registry.putBlob(
                            REPOSITORY,
                            sha256(content),
                            new UploadChunk(
                                    new ByteArrayInputStream(content),
                                    OptionalLong.empty(),
                                    OptionalLong.of(length)))
                    .digest();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void tag(String image, String... tags) {
        registry.putManifest(REPOSITORY, image(image).build(), tags(tags), LENIENT);
    }

    private static void assertRefused(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.DENIED);
                            assertThat(e.getMessage()).contains("library/app", "\"small\"");
                            for (String part : parts) {
                                assertThat(e.getMessage()).contains(part);
                            }
                        });
    }

    @Test
    void bytesAreLimited() {
        push(registry, 1, 6000);
        push(registry, 2, 4000);

        assertRefused(() -> push(registry, 3, 1), "10000 bytes of the 10000 bytes", "adds more");
        assertRefused(() -> registry.startUpload(REPOSITORY).close());
        push(registry, 1, 6000); // is there already
        pushBlob(registry, OTHER, random(4, 20_000));
        assertThat(counter.counts())
                .containsEntry(new Refusal("quotas", "small", "bytes", true), 2L);
    }

    @Test
    void bytesThatAreDeletedMakeRoomAtOnce() {
        Digest first = push(registry, 1, 6000);
        push(registry, 2, 4000);
        registry.deleteBlob(REPOSITORY, first);

        push(registry, 3, 5000);
        assertRefused(() -> push(registry, 4, 1001));
        push(registry, 5, 1000);
    }

    @Test
    void whatWasThereBeforeCounts() {
        List<QuotaRule> later = rules;
        rules = List.of();
        push(registry, 1, 9000);
        rules = later;

        assertRefused(() -> push(registry, 2, 1001), "9000 bytes of");
        rules = List.of();
        push(registry, 3, 900);
        rules = later;
        assertRefused(() -> push(registry, 4, 101), "9900 bytes of");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUploadIsRefusedAsSoonAsItsLengthIsKnown(boolean declared) throws Exception {
        push(registry, 1, 6000);
        byte[] content = random(2, 5000);
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            UploadChunk whole =
                    declared
                            ? new UploadChunk(
                                    new ByteArrayInputStream(content),
                                    OptionalLong.empty(),
                                    OptionalLong.of(content.length))
                            : chunk(content);
            if (declared) {
                assertRefused(() -> upload.append(whole), "adds 5000 bytes");
                assertThat(upload.size()).isZero();
                upload.append(chunk(content));
            } else {
                upload.append(whole);
            }
            assertRefused(() -> upload.commit(sha256(content), UploadChunk.empty()));
            assertThat(upload.size()).isEqualTo(5000);
            rules = List.of(rule(11_000L, null));
            upload.commit(sha256(content), UploadChunk.empty());
        }
        assertThat(registry.blob(REPOSITORY, sha256(content)).descriptor().size()).isEqualTo(5000);
    }

    @Test
    void aLastChunkOfUnknownLengthCounts() throws Exception {
        byte[] content = random(2, 10_001);
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            assertRefused(() -> upload.commit(sha256(content), chunk(content)));
            upload.cancel();
        }
        assertRefused(() -> registry.putBlob(REPOSITORY, sha256(content), chunk(content)));
        byte[] fitting = random(3, 10_000);
        registry.putBlob(REPOSITORY, sha256(fitting), chunk(fitting));
    }

    @Test
    void aMountCounts() {
        byte[] content = random(1, 6000);
        Digest digest = pushBlob(registry, OTHER, content);
        MountSource source = new MountSource.From(OTHER);
        push(registry, 2, 5000);

        assertRefused(() -> registry.mountBlob(REPOSITORY, digest, source), "adds 6000 bytes");
        assertThat(registry.mountBlob(REPOSITORY, sha256(random(9, 9)), source)).isEmpty();
        rules = List.of(rule(11_000L, null));
        assertThat(registry.mountBlob(REPOSITORY, digest, source)).isPresent();
        assertRefused(() -> push(registry, 3, 1));
    }

    @Test
    void tagsAreLimited() {
        tag("a", "v1", "v2");
        assertRefused(() -> tag("a", "v3", "v4"), "2 tags of the 3 tags", "adds 2 tags");
        tag("a", "v3");

        tag("b", "v1", "v3"); // moves tags
        registry.putManifest(REPOSITORY, image("c").build(), List.of(), LENIENT);
        assertRefused(() -> tag("b", "v1", "v4"), "adds 1 tag:");
        registry.deleteTag(REPOSITORY, Tag.of("v2"), TagProtection.none());
        tag("b", "v1", "v4");
        registry.deleteManifest(REPOSITORY, image("b").build().digest(), TagProtection.none());
        tag("a", "v5", "v6", "v7");
    }

    @Test
    void tagsThatMoveAreNotCountedTwice() {
        for (int i = 0; i < 20; i++) {
            tag("image " + i, "latest", "v1");
        }
        tag("last", "v2");
        assertRefused(() -> tag("last", "v3"));
    }

    /** Whatever happens at the same time, one process keeps the limit and uses all of it. */
    @Test
    void manyPushesKeepTheLimit() throws Exception {
        AtomicInteger taken = new AtomicInteger();
        Threads.run(
                50,
                thread -> {
                    try {
                        push(registry, thread, 1000);
                        taken.incrementAndGet();
                    } catch (RegistryException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.DENIED);
                    }
                });
        assertThat(taken).hasValue(10);

        AtomicInteger tagged = new AtomicInteger();
        Threads.run(
                50,
                thread -> {
                    try {
                        tag("image", "t" + thread);
                        tagged.incrementAndGet();
                    } catch (RegistryException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.DENIED);
                    }
                });
        assertThat(tagged).hasValue(3);
        assertThat(registry.tags(REPOSITORY, PageRequest.first(9)).items()).hasSize(3);
    }

    /** Beyond the limit goes at most what the other replica has added since the measurement. */
    @Test
    void replicasSeeEachOtherAfterSomeTime() {
        Registry other = replica();
        push(registry, 1, 100);
        push(other, 2, 100);

        push(registry, 3, 9800);
        push(other, 4, 9700);
        assertRefused(() -> push(other, 5, 200), "19700 bytes of");

        Registry third = replica();
        assertRefused(() -> push(third, 6, 1));
    }

    @Test
    void aMeasurementIsRepeated() {
        Registry other = replica();
        push(registry, 1, 100);
        push(other, 2, 5000);

        pass(Estimate.REFRESH.plusSeconds(1));
        assertRefused(() -> push(registry, 3, 4901), "5100 bytes of");
        push(registry, 4, 4900);
    }

    private void assertMore(String... expected) {
        assertThat(requests).containsExactlyInAnyOrder(expected);
        requests.clear();
    }

    @Test
    void costs() {
        rules = List.of();
        IntStream.range(0, 5).forEach(i -> push(registry, i, 1000));
        tag("a", "v1");
        requests.clear();
        push(registry, 10, 100);
        List<String> blob = List.copyOf(requests);
        requests.clear();
        tag("b", "v1");
        List<String> manifest = List.copyOf(requests);
        requests.clear();

        rules = List.of(rule(10_000L, 3));
        push(registry, 11, 100); // measures: one listing, and the size of each blob
        assertMore(with(blob, "LIST", "HEAD", "HEAD", "HEAD", "HEAD", "HEAD", "HEAD"));
        push(registry, 12, 100);
        assertMore(with(blob));
        assertRefused(() -> push(registry, 13, 9000)); // a listing, and the sizes of the new ones
        assertMore("LIST", "HEAD", "HEAD", "READ");
        assertRefused(() -> push(registry, 13, 9000)); // looks whether it is there
        assertMore("READ");

        tag("b", "v1");
        assertMore(with(manifest, "LIST"));
        tag("b", "v2");
        tag("b", "v1");
        requests.clear();
        tag("b", "v3"); // by the estimate there is no room
        assertMore(with(manifest, "LIST"));
        pass(Estimate.TRUST.minusSeconds(1));
        assertRefused(() -> tag("b", "v4"));
        assertThat(requests).containsOnly("LIST", "READ");
    }

    private static String[] with(List<String> requests, String... more) {
        List<String> all = new ArrayList<>(requests);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void aPushThatComesNearALimitIsCounted() {
        push(registry, 1, 8900);
        assertThat(counter.counts()).isEmpty();
        push(registry, 2, 100);
        assertThat(counter.counts())
                .containsOnlyKeys(new Refusal("quotas", "small", "bytes", false));
    }

    @Test
    void theStrictestQuotaCounts() {
        rules = List.of(rule(10_000L, null), rule(500L, null), rule(700L, null));

        push(registry, 1, 500);
        assertRefused(() -> push(registry, 2, 1), "500 bytes");
    }

    @Test
    void aQuotaThatLimitsNothingIsRefused() {
        assertThatThrownBy(() -> rule(null, null)).hasMessageContaining("no limit");
        assertThatThrownBy(() -> rule(null, -1)).hasMessageContaining("0 or more");
    }
}
