package io.berth.policy.space;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.ForwardingUpload;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses new uploads where the disk is nearly full. Uploads that have begun go on, and manifests,
 * mounts and deletes are taken: the space that is kept free is for these. A write that fails while
 * the disk is nearly full is reported as a full disk.
 */
public final class FreeSpaceRegistry extends ForwardingRegistry {

    private final FreeSpace space;

    public FreeSpaceRegistry(Registry next, FreeSpace space) {
        super(next);
        this.space = space;
    }

    @Override
    public Upload startUpload(RepositoryName repository) {
        requireSpace();
        return new CheckedUpload(super.startUpload(repository));
    }

    @Override
    public Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state) {
        return new CheckedUpload(super.resumeUpload(repository, id, state));
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        requireSpace();
        try {
            return super.putBlob(repository, digest, content);
        } catch (RegistryException e) {
            throw explained(e);
        }
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        try {
            return super.putManifest(repository, manifest, tags, options);
        } catch (RegistryException e) {
            throw explained(e);
        }
    }

    private void requireSpace() {
        if (space.isShort()) {
            throw new RegistryException(ErrorCode.INSUFFICIENT_STORAGE);
        }
    }

    private RegistryException explained(RegistryException failure) {
        return failure.code() == ErrorCode.UNAVAILABLE && space.isShort()
                ? new RegistryException(
                        List.of(RegistryError.of(ErrorCode.INSUFFICIENT_STORAGE)), failure)
                : failure;
    }

    /** An upload that says why it fails. */
    private final class CheckedUpload extends ForwardingUpload {

        CheckedUpload(Upload next) {
            super(next);
        }

        @Override
        public long append(UploadChunk chunk) throws IOException {
            try {
                return super.append(chunk);
            } catch (RegistryException e) {
                throw explained(e);
            }
        }

        @Override
        public Descriptor commit(Digest digest, UploadChunk last) throws IOException {
            try {
                return super.commit(digest, last);
            } catch (RegistryException e) {
                throw explained(e);
            }
        }
    }
}
