package io.berth.app;

import io.berth.access.AccessPolicy;
import io.berth.config.RegistrySettings;
import io.berth.config.StorageSettings;
import io.berth.document.DocumentName;
import io.berth.document.SharedDocuments;
import io.berth.document.SharedSecret;
import io.berth.health.HealthApi;
import io.berth.health.HealthSettings;
import io.berth.health.ReadinessProbeTracker;
import io.berth.health.StoreHealthChecker;
import io.berth.http.ApiSettings;
import io.berth.http.ApiSettings.Bounds;
import io.berth.http.RegistryApi;
import io.berth.http.access.AccessControl;
import io.berth.http.message.PositionSealer;
import io.berth.object.BoundedStore;
import io.berth.object.ObjectStore;
import io.berth.object.disk.DiskSettings;
import io.berth.object.s3.setting.S3Settings;
import io.berth.policy.ClassPolicyRegistry;
import io.berth.policy.DeleteDisabledRegistry;
import io.berth.policy.LayerUrlRegistry;
import io.berth.policy.LenientReferencesRegistry;
import io.berth.policy.PolicySettings.ContentClass;
import io.berth.policy.PushRightsRegistry;
import io.berth.policy.ReadOnlyModeRegistry;
import io.berth.policy.ReadOnlyRegistry;
import io.berth.policy.RefusalCounter;
import io.berth.policy.ValidationSettings.Urls;
import io.berth.policy.content.ClassRules;
import io.berth.policy.content.ClassRulesRegistry;
import io.berth.policy.file.PolicyFile;
import io.berth.policy.quota.QuotaRegistry;
import io.berth.policy.quota.QuotaRule;
import io.berth.policy.quota.Quotas;
import io.berth.policy.space.FreeSpace;
import io.berth.policy.space.FreeSpaceRegistry;
import io.berth.policy.tag.ProtectedTagsRegistry;
import io.berth.policy.tag.TagRule;
import io.berth.readonly.WriteGate;
import io.berth.registry.ReferencePolicy;
import io.berth.registry.Registry;
import io.berth.registry.RepositoryMeter;
import io.berth.server.Drain;
import io.berth.server.connection.ConnectionLimits;
import io.berth.setting.ByteSize;
import io.berth.setting.Secret;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import io.berth.storage.upload.SessionKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns settings into a registry: a store, the registry kept in it, the layers around that, and the
 * API over them. The only place that knows how the parts are made.
 */
final class Assembly {

    /** How long a blob is handed out that another replica may have deleted. */
    private static final Duration MEMBERSHIP_TRUST = Duration.ofSeconds(10);

    /** How long a request waits before it is refused because others wait for the store. */
    private static final Duration STORE_PATIENCE = Duration.ofSeconds(1);

    private Assembly() {}

    /** The store, of which requests ask only so much that others need not wait for it, too. */
    static ObjectStore bounded(ObjectStore store, ConnectionLimits limits) {
        return new BoundedStore(store, limits.storeRequests(store.isRemote()), STORE_PATIENCE);
    }

    static StoredRegistry stored(ObjectStore store, RegistrySettings settings, Clock clock) {
        return new StoredRegistry(store, options(settings, store.isRemote()), clock);
    }

    /**
     * @param remote whether a request to the store takes a round trip over a network
     */
    static StoredRegistryOptions options(RegistrySettings settings, boolean remote) {
        MemoryBudget memory = MemoryBudget.ofProcess();
        return new StoredRegistryOptions(
                settings.storage().ownership(),
                settings.storage().tag(),
                memory.manifestCacheBytes(!remote),
                memory.manifestReadingBytes(),
                memory.uploadBufferBytes(),
                memory.seenBytes(),
                settings.storage().mayHaveReplicas(),
                remote ? MEMBERSHIP_TRUST : Duration.ZERO,
                sessionKey(settings.http().secret()));
    }

    private static @Nullable SessionKey sessionKey(@Nullable Secret secret) {
        return secret == null
                ? null
                : new SessionKey(secret.value().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A registry behind what the settings forbid and allow. From the outside in:
     *
     * <ol>
     *   <li>no changes at all, with {@code storage.maintenance.readonly.enabled}
     *   <li>no changes for now, where an administrator has switched that on
     *   <li>no deletes, without {@code storage.delete.enabled}
     *   <li>pushes that the caller has no right to, with rules of {@code policy.file}
     *   <li>classes of images, with {@code policy.repository.classes}
     *   <li>addresses of layers, with {@code validation.manifests.urls}
     *   <li>manifests whose references are missing are let in, with {@code
     *       validation.manifests.references: lenient}
     * </ol>
     */
    static Registry guarded(
            Registry stored, RegistrySettings settings, AccessPolicy access, WriteGate gate) {
        Registry registry = stored;
        if (settings.validation().manifests().references() == ReferencePolicy.LENIENT) {
            registry = new LenientReferencesRegistry(registry);
        }
        Urls urls = settings.validation().manifests().urls();
        if (!urls.isEmpty()) {
            registry = new LayerUrlRegistry(registry, urls);
        }
        List<ContentClass> classes = settings.policy().repository().classes();
        if (!classes.isEmpty()) {
            registry = new ClassPolicyRegistry(registry, classes);
        }
        if (settings.policy().file() != null) {
            registry = new PushRightsRegistry(registry, access);
        }
        if (!settings.storage().delete().enabled()) {
            registry = new DeleteDisabledRegistry(registry);
        }
        registry = new ReadOnlyModeRegistry(registry, gate);
        if (settings.storage().maintenance().readonly().enabled()) {
            registry = new ReadOnlyRegistry(registry);
        }
        return registry;
    }

    /**
     * The stored registry, which takes no new uploads where the disk that they need is nearly full.
     */
    static Registry withFreeSpace(StoredRegistry stored, StorageSettings settings) {
        S3Settings s3 = settings.s3();
        DiskSettings disk = settings.filesystem();
        if (s3 != null) {
            return withFreeSpace(
                    stored, "storage.s3.spoolminfree", s3.spoolFolder(), s3.spoolMinFree());
        }
        return disk == null
                ? stored
                : withFreeSpace(
                        stored, "storage.filesystem.minfree", disk.rootDirectory(), disk.minFree());
    }

    /**
     * A registry behind the rules of the policy file, if there is one. From the outside in:
     *
     * <ol>
     *   <li>tags that stay
     *   <li>classes of manifests that repositories take
     *   <li>quotas
     * </ol>
     *
     * @param meter of the stored registry
     * @param counter counts what the rules refuse
     */
    static Registry ruled(
            Registry registry,
            RepositoryMeter meter,
            RegistrySettings settings,
            PolicyFile policy,
            RefusalCounter counter,
            Clock clock) {
        if (settings.policy().file() == null) {
            return registry;
        }
        Supplier<List<QuotaRule>> quotas =
                policy.derived(
                        document ->
                                document.quotas() == null ? List.of() : document.quotas().rules());
        Supplier<ClassRules> classes =
                policy.derived(
                        document ->
                                document.classes() == null
                                        ? ClassRules.none()
                                        : document.classes());
        Supplier<List<TagRule>> tags =
                policy.derived(
                        document -> document.tags() == null ? List.of() : document.tags().rules());
        Registry limited = new QuotaRegistry(registry, new Quotas(quotas, meter, counter));
        return new ProtectedTagsRegistry(
                new ClassRulesRegistry(limited, classes, counter), tags, clock);
    }

    private static Registry withFreeSpace(
            StoredRegistry stored, String setting, Path folder, ByteSize least) {
        return least.bytes() == 0
                ? stored
                : new FreeSpaceRegistry(stored, FreeSpace.of(setting, folder, least.bytes()));
    }

    static StoreHealthChecker healthChecker(
            ObjectStore store, RegistrySettings settings, Clock clock) {
        HealthSettings.StorageDriver watching = settings.health().storageDriver();
        return watching.enabled()
                ? new StoreHealthChecker(
                        store::verify, watching.interval().duration(), watching.threshold(), clock)
                : StoreHealthChecker.disabled(clock);
    }

    static HealthApi health(
            StoreHealthChecker checker,
            ObjectStore store,
            RegistrySettings settings,
            ReadinessProbeTracker readiness,
            Drain drain) {
        return new HealthApi(
                checker::health,
                drain::isStopping,
                readiness,
                Stores.kind(settings.storage()),
                () -> S3CapabilityReport.capabilities(store));
    }

    /**
     * What hides names in positions of lists: with a secret that all replicas have, from the
     * settings or from the store.
     */
    static PositionSealer positionSealer(@Nullable Secret secret, SharedDocuments documents) {
        return new PositionSealer(
                secret == null
                        ? new SharedSecret(documents, DocumentName.of("list-positions"))
                        : () -> secret.value().getBytes(StandardCharsets.UTF_8));
    }

    static RegistryApi api(
            Registry registry,
            RegistrySettings settings,
            AccessControl access,
            PositionSealer sealer) {
        MemoryBudget memory = MemoryBudget.ofProcess();
        return new RegistryApi(
                registry,
                new ApiSettings(
                        settings.http().urls(),
                        settings.manifests(),
                        settings.tags(),
                        settings.catalog(),
                        Bounds.ofMemory(memory.manifestsUnderWayBytes(), memory.listBytes())),
                access,
                sealer);
    }
}
