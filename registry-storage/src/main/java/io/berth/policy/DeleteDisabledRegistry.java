package io.berth.policy;

import io.berth.error.OperationRefusedException;
import io.berth.error.OperationRefusedException.Reason;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.DeleteOutcome;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import java.util.Optional;

/**
 * Refuses to delete content, tags included ({@code storage.delete.enabled: false}). Cancelling an
 * upload is no deletion.
 */
public final class DeleteDisabledRegistry extends ForwardingRegistry {

    public DeleteDisabledRegistry(Registry next) {
        super(next);
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        throw refused();
    }

    @Override
    public DeleteOutcome deleteManifest(
            RepositoryName repository, Digest digest, TagProtection protection) {
        throw refused();
    }

    @Override
    public Optional<Digest> deleteTag(
            RepositoryName repository, Tag tag, TagProtection protection) {
        throw refused();
    }

    private static OperationRefusedException refused() {
        return new OperationRefusedException(Reason.DELETE_DISABLED);
    }
}
