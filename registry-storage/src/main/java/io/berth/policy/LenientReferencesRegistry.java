package io.berth.policy;

import io.berth.manifest.Manifest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.ReferencePolicy;
import io.berth.registry.Registry;
import java.util.List;

/**
 * Accepts manifests although content that they refer to is missing ({@code
 * validation.manifests.references: lenient}).
 */
public final class LenientReferencesRegistry extends ForwardingRegistry {

    public LenientReferencesRegistry(Registry next) {
        super(next);
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        return super.putManifest(repository, manifest, tags, options.with(ReferencePolicy.LENIENT));
    }
}
