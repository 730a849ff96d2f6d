package io.berth.app;

import io.berth.policy.AuthorizedClasses;
import io.berth.policy.ClassPolicyRegistry;
import io.berth.policy.DeleteDisabledRegistry;
import io.berth.policy.LayerUrlRegistry;
import io.berth.policy.ReadOnlyRegistry;
import io.berth.registry.Registry;
import io.berth.settings.PolicySettings.ContentClass;
import io.berth.settings.RegistrySettings;
import io.berth.settings.ValidationSettings.Urls;
import io.berth.stored.StoredRegistry;
import java.util.Locale;
import java.util.stream.Collectors;

/** Puts the registry together that requests see; the order of the layers stands here. */
final class Assembly {

    private Assembly() {}

    /**
     * The stored registry behind what the settings forbid. From the outside in:
     *
     * <ol>
     *   <li>read-only, {@code storage.maintenance.readonly.enabled}
     *   <li>no deletes, without {@code storage.delete.enabled}
     *   <li>classes, with {@code policy.repository.classes}
     *   <li>addresses of layers, with {@code validation.manifests.urls}
     * </ol>
     */
    static Registry guarded(StoredRegistry stored, RegistrySettings settings) {
        Registry registry = stored;
        Urls urls = settings.validation().manifests().urls();
        if (!urls.isEmpty()) {
            registry = new LayerUrlRegistry(registry, urls.allow(), urls.deny());
        }
        if (!settings.policy().repository().classes().isEmpty()) {
            registry =
                    new ClassPolicyRegistry(
                            registry,
                            settings.policy().repository().classes().stream()
                                    .map(Assembly::nameOf)
                                    .collect(Collectors.toSet()),
                            AuthorizedClasses.unrestricted());
        }
        if (!settings.storage().delete().enabled()) {
            registry = new DeleteDisabledRegistry(registry);
        }
        if (settings.storage().maintenance().readonly().enabled()) {
            registry = new ReadOnlyRegistry(registry);
        }
        return registry;
    }

    private static String nameOf(ContentClass contentClass) {
        return contentClass.name().toLowerCase(Locale.ROOT);
    }
}
