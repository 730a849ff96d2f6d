package io.berth.config;

import io.berth.auth.AuthSettings;
import io.berth.health.HealthSettings;
import io.berth.http.CatalogSettings;
import io.berth.http.ManifestSettings;
import io.berth.http.TagsSettings;
import io.berth.logging.LogSettings;
import io.berth.logging.audit.AuditSettings;
import io.berth.policy.PolicySettings;
import io.berth.policy.ValidationSettings;
import io.berth.setting.DefaultValue;

/**
 * All settings, composed of the records of the features. The path of components to a value is its
 * name: {@code storage.delete.enabled}; the variable {@code REGISTRY_STORAGE_DELETE_ENABLED} sets
 * it. {@code docs/configuration.md} describes each of them.
 */
public record RegistrySettings(
        @DefaultValue StorageSettings storage,
        @DefaultValue ManifestSettings manifests,
        @DefaultValue ValidationSettings validation,
        @DefaultValue PolicySettings policy,
        @DefaultValue HttpSettings http,
        @DefaultValue AuthSettings auth,
        @DefaultValue HealthSettings health,
        @DefaultValue CatalogSettings catalog,
        @DefaultValue TagsSettings tags,
        @DefaultValue LogSettings log,
        @DefaultValue AuditSettings audit) {}
