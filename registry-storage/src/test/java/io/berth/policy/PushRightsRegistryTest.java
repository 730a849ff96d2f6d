package io.berth.policy;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.AccessPolicy;
import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.MountSource;
import io.berth.registry.PutOptions;
import io.berth.registry.ReferencePolicy;
import io.berth.registry.Registry;
import io.berth.registry.TestContent;
import io.berth.registry.tag.TagCondition;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PushRightsRegistryTest {

    private static final RepositoryName OLD = RepositoryName.of("old");
    private static final RepositoryName NEW = RepositoryName.of("new");

    private static final PutOptions OPTIONS = PutOptions.defaults().with(ReferencePolicy.LENIENT);
    private static final Manifest ONE = image("one").build();
    private static final Manifest OTHER = image("other").build();

    /** Whose name is what they may not. */
    private static final AccessPolicy ALL_BUT =
            (caller, scope) ->
                    scope.actions().stream()
                            .noneMatch(action -> caller.name().equals(action.toString()));

    private final StoredRegistry stored =
            new StoredRegistry(
                    new MemoryStore(false), StoredRegistryOptions.defaults(), Clock.systemUTC());
    private final Registry registry = new PushRightsRegistry(stored, ALL_BUT);

    @AfterEach
    void close() {
        stored.close();
    }

    private static Caller without(Action action) {
        return new Caller(Identity.user(action.toString(), Set.of()), "", "");
    }

    private void as(Caller caller, Runnable action) {
        CallerScope.run(caller, action);
    }

    private void push(Caller caller, RepositoryName repository, Manifest manifest, String... tags) {
        as(caller, () -> registry.putManifest(repository, manifest, tags(tags), OPTIONS));
    }

    private static void denied(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.DENIED))
                .hasMessage(message);
    }

    @Test
    void withoutTheRightATagIsMadeButNotMoved() {
        Caller caller = without(Action.TAG_OVERWRITE);
        push(caller, OLD, ONE, "v1", "v2");
        push(caller, OLD, ONE, "v1");
        push(caller, OLD, OTHER);
        push(caller, OLD, OTHER, "v3");

        denied(
                () -> push(caller, OLD, OTHER, "v1"),
                "you may not point the tag v1 of old at another manifest");
        assertThat(stored.resolve(OLD, Tag.of("v1"))).isEqualTo(ONE.digest());
        denied(
                () ->
                        as(
                                caller,
                                () ->
                                        registry.putManifest(
                                                OLD,
                                                OTHER,
                                                tags("v1"),
                                                OPTIONS.with(TagCondition.ifAt(ONE.digest())))),
                "you may not point the tag v1 of old at another manifest");

        push(without(Action.CREATE), OLD, OTHER, "v1");
        assertThat(stored.resolve(OLD, Tag.of("v1"))).isEqualTo(OTHER.digest());
    }

    @Test
    void withoutTheRightARepositoryIsNotBegun() throws Exception {
        Caller caller = without(Action.CREATE);
        Caller creator = without(Action.TAG_OVERWRITE);
        TestContent.pushBlob(stored, OLD, bytes("blob"));
        Digest blob = TestContent.sha256(bytes("blob"));
        String refusal = "you may not create the repository new";

        denied(() -> push(caller, NEW, ONE, "v1"), refusal);
        denied(() -> as(caller, () -> registry.startUpload(NEW).close()), refusal);
        denied(
                () -> as(caller, () -> registry.mountBlob(NEW, blob, new MountSource.From(OLD))),
                refusal);
        as(caller, () -> registry.startUpload(OLD).close());
        push(caller, OLD, ONE, "v1");

        push(creator, NEW, ONE, "v1");
        push(caller, NEW, OTHER, "v2");
    }

    @Test
    void aGrantOfPushIsTheRightToBoth() {
        Grant push = new Grant("repository", "", "new", Set.of("push"));
        Caller caller =
                new Caller(
                        new Identity(Identity.Kind.USER, "token", Set.of(), List.of(push)), "", "");

        push(caller, NEW, ONE, "v1");
        push(caller, NEW, OTHER, "v1");
        assertThat(stored.resolve(NEW, Tag.of("v1"))).isEqualTo(OTHER.digest());
    }
}
