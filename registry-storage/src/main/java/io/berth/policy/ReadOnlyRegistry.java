package io.berth.policy;

import io.berth.error.OperationRefusedException;
import io.berth.error.OperationRefusedException.Reason;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.registry.DeleteOutcome;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.ForwardingUpload;
import io.berth.registry.MountSource;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Refuses every change and forwards every read ({@code storage.maintenance.readonly}). The state of
 * an upload can still be read; nothing can be added to an upload, and it cannot be finished or
 * cancelled.
 */
public final class ReadOnlyRegistry extends ForwardingRegistry {

    public ReadOnlyRegistry(Registry next) {
        super(next);
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public Upload startUpload(RepositoryName repository) {
        throw refused();
    }

    @Override
    public Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state) {
        return new ReadOnlyUpload(super.resumeUpload(repository, id, state));
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content) {
        throw refused();
    }

    @Override
    public Optional<Descriptor> mountBlob(
            RepositoryName target, Digest digest, MountSource source) {
        throw refused();
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        throw refused();
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
        return new OperationRefusedException(Reason.READ_ONLY);
    }

    /** An upload whose state can only be read. */
    private static final class ReadOnlyUpload extends ForwardingUpload {

        ReadOnlyUpload(Upload next) {
            super(next);
        }

        @Override
        public long append(UploadChunk chunk) {
            throw refused();
        }

        @Override
        public Descriptor commit(Digest digest, UploadChunk last) {
            throw refused();
        }

        @Override
        public void cancel() {
            throw refused();
        }
    }
}
