package io.berth.policy;

import static io.berth.policy.PolicySettings.ContentClass.IMAGE;
import static io.berth.policy.PolicySettings.ContentClass.PLUGIN;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.index;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.error.ErrorCode;
import io.berth.error.OperationRefusedException;
import io.berth.error.OperationRefusedException.Reason;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.object.memory.MemoryStore;
import io.berth.policy.PolicySettings.ContentClass;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.MountSource;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.RegistryDeleter;
import io.berth.registry.RegistryWriter;
import io.berth.registry.TestContent;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PoliciesTest {

    private static final Set<ContentClass> BOTH = Set.of(IMAGE, PLUGIN);

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final Digest DIGEST = TestContent.sha256(TestContent.bytes("x"));

    private final Registry stored =
            new StoredRegistry(
                    new MemoryStore(), StoredRegistryOptions.defaults(), Clock.systemUTC());

    static List<Method> registryMethods() {
        return Arrays.stream(Registry.class.getMethods()).toList();
    }

    static List<Method> changes() {
        return Arrays.stream(Registry.class.getMethods())
                .filter(
                        method ->
                                method.getDeclaringClass() == RegistryWriter.class
                                        || method.getDeclaringClass() == RegistryDeleter.class)
                .filter(method -> !method.getName().equals("resumeUpload"))
                .toList();
    }

    static List<Method> deletes() {
        return Arrays.stream(RegistryDeleter.class.getMethods()).toList();
    }

    @ParameterizedTest
    @MethodSource("registryMethods")
    void everyMethodIsForwarded(Method method) throws Exception {
        Method forwarded =
                ForwardingRegistry.class.getMethod(method.getName(), method.getParameterTypes());

        assertThat(forwarded.getDeclaringClass()).isEqualTo(ForwardingRegistry.class);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void readOnlyRefusesEveryChange(Method method) {
        assertRefused(new ReadOnlyRegistry(stored), method, Reason.READ_ONLY);
    }

    @ParameterizedTest
    @MethodSource("deletes")
    void everyDeleteCanBeDisabled(Method method) {
        assertRefused(new DeleteDisabledRegistry(stored), method, Reason.DELETE_DISABLED);
    }

    private static void assertRefused(Registry registry, Method method, Reason reason) {
        Object[] arguments =
                Arrays.stream(method.getParameterTypes()).map(PoliciesTest::anyOf).toArray();
        assertThatThrownBy(() -> method.invoke(registry, arguments))
                .isInstanceOf(InvocationTargetException.class)
                .cause()
                .isInstanceOfSatisfying(
                        OperationRefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static Object anyOf(Class<?> type) {
        return List.of(
                        REPOSITORY,
                        DIGEST,
                        Tag.of("v1"),
                        new UploadId(UUID.randomUUID()),
                        UploadChunk.empty(),
                        new MountSource.From(REPOSITORY),
                        image("x").build(),
                        PutOptions.defaults(),
                        TagProtection.none(),
                        List.of())
                .stream()
                .filter(type::isInstance)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void readOnlyStillReadsAndTellsWhereAnUploadStands() throws Exception {
        Manifest manifest = TestContent.pushImage(stored, REPOSITORY, "a", "v1");
        UploadId id;
        try (Upload upload = stored.startUpload(REPOSITORY)) {
            id = upload.id();
            upload.append(TestContent.chunk(new byte[10]));
        }
        Registry readOnly = new ReadOnlyRegistry(stored);

        assertThat(readOnly.isReadOnly()).isTrue();
        assertThat(new DeleteDisabledRegistry(readOnly).isReadOnly()).isTrue();
        assertThat(stored.isReadOnly()).isFalse();
        assertThat(readOnly.manifest(REPOSITORY, Tag.of("v1")).digest())
                .isEqualTo(manifest.digest());
        assertThat(readOnly.tags(REPOSITORY, PageRequest.first(1)).items()).hasSize(1);
        try (Upload upload = readOnly.resumeUpload(REPOSITORY, id, null)) {
            assertThat(upload.size()).isEqualTo(10);
            assertThatThrownBy(() -> upload.append(UploadChunk.empty()))
                    .isInstanceOf(OperationRefusedException.class);
            assertThatThrownBy(() -> upload.commit(DIGEST, UploadChunk.empty()))
                    .isInstanceOf(OperationRefusedException.class);
            assertThatThrownBy(upload::cancel).isInstanceOf(OperationRefusedException.class);
        }
        try (Upload upload = stored.resumeUpload(REPOSITORY, id, null)) {
            assertThat(upload.size()).isEqualTo(10);
        }
    }

    @Test
    void anUploadCanBeCancelledWhereDeletingIsDisabled() {
        Registry registry = new DeleteDisabledRegistry(stored);
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            upload.cancel();
        }
    }

    @Test
    void classesFollowFromTheConfig() {
        assertThat(refusal(Set.of(IMAGE), Set.of(), image("i"))).isNull();
        assertThat(refusal(Set.of(IMAGE), Set.of(), image("d").docker())).isNull();
        assertThat(refusal(Set.of(IMAGE), Set.of(), plugin()))
                .isEqualTo("registry does not allow plugin manifest");
        assertThat(refusal(Set.of(PLUGIN), Set.of(), plugin())).isNull();
        assertThat(refusal(Set.of(PLUGIN), Set.of(), image("i")))
                .isEqualTo("registry does not allow image manifest");
        assertThat(
                        refusal(
                                BOTH,
                                Set.of(),
                                image("chart")
                                        .configType("application/vnd.cncf.helm.config.v1+json")))
                .isEqualTo("unknown manifest class for application/vnd.cncf.helm.config.v1+json");
    }

    @Test
    void anAuthorizationForAnotherClassRefuses() {
        assertThat(refusal(BOTH, Set.of("image"), plugin()))
                .isEqualTo("repository not authorized for plugin manifest");
        assertThat(refusal(BOTH, Set.of("image", "plugin"), plugin())).isNull();
    }

    @Test
    void aGrantIsOfItsClassItsActionsAndItsRepository() {
        String refused = "repository not authorized for plugin manifest";

        assertThat(refusal(BOTH, List.of(grant("", "push")), image("i"))).isNull();
        assertThat(refusal(BOTH, List.of(grant("", "*")), plugin())).isEqualTo(refused);
        assertThat(refusal(BOTH, List.of(grant("plugin", "*")), plugin())).isNull();
        assertThat(
                        refusal(
                                BOTH,
                                List.of(grant("image", "pull", "push"), grant("plugin", "pull")),
                                plugin()))
                .isEqualTo(refused);
        assertThat(
                        refusal(
                                BOTH,
                                List.of(
                                        new Grant(
                                                "repository",
                                                "image",
                                                "library/other",
                                                Set.of("push"))),
                                image("i")))
                .isEqualTo("repository not authorized for image manifest");
    }

    private static Grant grant(String resourceClass, String... actions) {
        return new Grant("repository", resourceClass, REPOSITORY.value(), Set.of(actions));
    }

    @Test
    void aManifestOfAClassIsNotTakenFromAnUnknownCaller() {
        Registry registry = new ClassPolicyRegistry(stored, Set.of(IMAGE));

        assertThatThrownBy(
                        () ->
                                registry.putManifest(
                                        REPOSITORY,
                                        image("i").build(),
                                        List.of(),
                                        PutOptions.defaults()))
                .isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void anIndexHasNoClass() {
        Manifest child = TestContent.pushImage(stored, REPOSITORY, "child");
        Manifest index = index(child).build();

        new ClassPolicyRegistry(stored, Set.of(PLUGIN))
                .putManifest(REPOSITORY, index, List.of(), PutOptions.defaults());

        assertThat(stored.resolve(REPOSITORY, index.digest())).isEqualTo(index.digest());
    }

    private static TestContent.ImageBuilder plugin() {
        return image("p").docker().configType("application/vnd.docker.plugin.v1+json");
    }

    /**
     * @param granted empty: the rights of the caller are no grants
     */
    private @Nullable String refusal(
            Set<ContentClass> allowed, Set<String> granted, TestContent.ImageBuilder what) {
        List<Grant> grants = granted.stream().map(name -> grant(name, "push")).toList();
        return refusal(allowed, grants.isEmpty() ? null : grants, what);
    }

    /** The message of the refusal, {@code null} when it was taken. */
    private @Nullable String refusal(
            Set<ContentClass> allowed,
            @Nullable List<Grant> grants,
            TestContent.ImageBuilder what) {
        what.pushBlobs(stored, REPOSITORY);
        Registry registry = new ClassPolicyRegistry(stored, allowed);
        Caller caller =
                new Caller(new Identity(Identity.Kind.USER, "alice", Set.of(), grants), "", "");
        try {
            CallerScope.run(
                    caller,
                    () ->
                            registry.putManifest(
                                    REPOSITORY, what.build(), List.of(), PutOptions.defaults()));
            return null;
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.DENIED);
            return e.getMessage();
        }
    }
}
