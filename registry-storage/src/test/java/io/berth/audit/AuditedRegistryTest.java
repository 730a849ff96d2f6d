package io.berth.audit;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.access.Identity;
import io.berth.audit.AuditEvent.Outcome;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectStoreException;
import io.berth.object.memory.MemoryStore;
import io.berth.policy.ReadOnlyRegistry;
import io.berth.registry.MountSource;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written down, and what is not. */
class AuditedRegistryTest {

    private static final RepositoryName APP = RepositoryName.of("library/app");
    private static final RepositoryName OTHER = RepositoryName.of("other");
    private static final Tag TAG = Tag.of("v1");
    private static final Caller ALICE =
            new Caller(Identity.user("alice", Set.of("dev")), "192.0.2.7", "r1");

    private final List<AuditEvent> events = new ArrayList<>();
    private boolean down;
    private final Registry stored =
            new StoredRegistry(
                    new InterceptedStore(
                            new MemoryStore(),
                            new InterceptedStore.Interceptor() {
                                @Override
                                public void before(Call call) {
                                    if (down) {
                                        throw new ObjectStoreException.Unavailable(
                                                call.key(), "down", null);
                                    }
                                }
                            }),
                    StoredRegistryOptions.defaults(),
                    Clock.systemUTC());
    private final Registry audited = new AuditedRegistry(stored, events::add);
    private final Manifest manifest = image("a").pushBlobs(stored, APP).build();

    @BeforeEach
    void push() {
        stored.putManifest(APP, manifest, List.of(TAG), PutOptions.defaults());
    }

    private interface Action {

        void run() throws Exception;
    }

    private static void asAlice(Action action) throws Exception {
        CallerScope.call(
                ALICE,
                () -> {
                    action.run();
                    return true;
                });
    }

    private static void assertFails(Action action) {
        assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> asAlice(action));
    }

    private AuditEvent event(String action, List<String> tags, Digest digest) {
        return new AuditEvent(
                action,
                Outcome.DONE,
                ALICE,
                APP.value(),
                tags,
                digest == null ? null : digest.toString(),
                null);
    }

    @Test
    void changesAreWrittenDownInTheirOrder() throws Exception {
        byte[] content = bytes("x");
        Digest digest = TestContent.sha256(content);
        asAlice(
                () -> {
                    audited.putManifest(APP, manifest, List.of(TAG), PutOptions.defaults());
                    audited.putBlob(APP, digest, TestContent.chunk(content));
                    try (Upload upload = audited.startUpload(APP)) {
                        upload.append(TestContent.chunk(content));
                        upload.commit(digest, UploadChunk.empty());
                    }
                    audited.startUpload(APP).cancel();
                    audited.deleteTag(APP, TAG, TagProtection.none());
                    audited.deleteManifest(APP, manifest.digest(), TagProtection.none());
                    audited.deleteBlob(APP, digest);
                });

        assertThat(events)
                .containsExactly(
                        event("manifest.push", List.of("v1"), manifest.digest()),
                        event("blob.push", List.of(), digest),
                        event("blob.push", List.of(), digest),
                        new AuditEvent(
                                "upload.cancel",
                                Outcome.DONE,
                                ALICE,
                                APP.value(),
                                List.of(),
                                null,
                                null),
                        new AuditEvent(
                                "tag.delete",
                                Outcome.DONE,
                                ALICE,
                                APP.value(),
                                List.of("v1"),
                                null,
                                null),
                        event("manifest.delete", List.of(), manifest.digest()),
                        event("blob.delete", List.of(), digest));
    }

    @Test
    void onlyAMountThatHappensIsWrittenDown() throws Exception {
        Digest digest = manifest.digest();
        asAlice(() -> audited.mountBlob(APP, digest, new MountSource.From(OTHER)));
        assertThat(events).isEmpty();

        Digest blob = TestContent.pushBlob(stored, OTHER, bytes("y"));
        asAlice(() -> audited.mountBlob(APP, blob, new MountSource.From(OTHER)));
        assertThat(events).containsExactly(event("blob.mount", List.of(), blob));
    }

    @Test
    void readsAndErrorsOfClientsAreNot() throws Exception {
        asAlice(() -> audited.manifest(APP, TAG));
        asAlice(() -> audited.tags(APP, PageRequest.first(1)));
        assertFails(() -> audited.manifest(OTHER, TAG));
        assertFails(() -> audited.deleteBlob(OTHER, manifest.digest()));
        assertFails(
                () -> audited.putBlob(APP, manifest.digest(), TestContent.chunk(bytes("other"))));

        assertThat(events).isEmpty();
    }

    @Test
    void refusalsAreWithTheirReason() {
        Registry refusing = new AuditedRegistry(new ReadOnlyRegistry(stored), events::add);
        assertFails(() -> refusing.startUpload(APP));
        assertFails(() -> refusing.deleteTag(APP, TAG, TagProtection.none()));

        assertThat(events)
                .hasSize(2)
                .allSatisfy(
                        event -> {
                            assertThat(event.outcome()).isEqualTo(Outcome.REFUSED);
                            assertThat(event.reason())
                                    .startsWith("UNSUPPORTED: ")
                                    .endsWith("the registry is in read-only mode");
                        });
    }

    @Test
    void whatFailsMayHaveHappened() {
        down = true;
        assertFails(() -> audited.deleteTag(APP, TAG, TagProtection.none()));

        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.outcome()).isEqualTo(Outcome.FAILED));
    }
}
