package io.berth.policy.quota;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.policy.quota.Quota.Kind;
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
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what would make a repository hold more than a rule allows: blobs when an upload begins,
 * with each chunk and at the commit, and tags when a manifest is pushed. A blob or a tag that is
 * there already can be pushed again at any time.
 *
 * <p>One process does not exceed a limit by its own pushes. Replicas may exceed it by what the
 * others add between two measurements; see {@link Estimate}. A repository without a quota costs
 * nothing.
 */
public final class QuotaRegistry extends ForwardingRegistry {

    private final Quotas quotas;

    public QuotaRegistry(Registry next, Quotas quotas) {
        super(next);
        this.quotas = quotas;
    }

    @Override
    public Upload startUpload(RepositoryName repository) {
        Quota quota = quotas.of(Kind.BYTES, repository);
        if (quota != null) {
            quotas.requireRoom(quota, 1);
        }
        return new QuotaUpload(super.startUpload(repository));
    }

    @Override
    public Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state) {
        return new QuotaUpload(super.resumeUpload(repository, id, state));
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        Quota quota = quotas.of(Kind.BYTES, repository);
        if (quota == null) {
            return super.putBlob(repository, digest, content);
        }
        if (content.length().isEmpty()) {
            // Its size is known only when all of it is there, and must be known before the commit.
            return putInSession(repository, digest, content);
        }
        long counted = reserveBlob(quota, digest, content.length().getAsLong());
        try {
            return super.putBlob(repository, digest, content);
        } finally {
            quota.estimate().settle(counted);
        }
    }

    private Descriptor putInSession(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        try (Upload upload = startUpload(repository)) {
            try {
                return upload.commit(digest, content);
            } catch (IOException | RuntimeException e) {
                upload.cancel();
                throw e;
            }
        }
    }

    @Override
    public Optional<Descriptor> mountBlob(
            RepositoryName target, Digest digest, MountSource source) {
        Quota quota = quotas.of(Kind.BYTES, target);
        if (quota == null) {
            return super.mountBlob(target, digest, source);
        }
        if (!(source instanceof MountSource.From(RepositoryName from))) {
            return Optional.empty(); // its size is not known: the client pushes the blob
        }
        Optional<Descriptor> blob = find(from, digest);
        if (blob.isEmpty()) {
            return Optional.empty();
        }
        long counted = reserveBlob(quota, digest, blob.get().size());
        try {
            return super.mountBlob(target, digest, source);
        } finally {
            quota.estimate().settle(counted);
        }
    }

    private Optional<Descriptor> find(RepositoryName repository, Digest digest) {
        try {
            return Optional.of(blob(repository, digest).descriptor());
        } catch (RegistryException e) {
            if (e.code() == ErrorCode.BLOB_UNKNOWN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Reserves room for a blob, unless the repository has it already.
     *
     * @return the bytes to settle
     */
    private long reserveBlob(Quota quota, Digest digest, long size) {
        if (quotas.reserve(quota, size)) {
            return size;
        }
        if (find(quota.repository(), digest).isPresent()) {
            return 0;
        }
        throw quotas.refused(quota, size);
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        Quota quota = tags.isEmpty() ? null : quotas.of(Kind.TAGS, repository);
        if (quota == null) {
            return super.putManifest(repository, manifest, tags, options);
        }
        long counted = reserveTags(quota, tags);
        try {
            return super.putManifest(repository, manifest, tags, options);
        } finally {
            quota.estimate().settle(counted);
        }
    }

    /**
     * Counts all tags as new ones, as long as there is room, and looks only then which of them are.
     *
     * @return the number to settle
     */
    private long reserveTags(Quota quota, List<Tag> tags) {
        if (quotas.reserve(quota, tags.size())) {
            return tags.size();
        }
        long added = tags.stream().filter(tag -> !isThere(quota.repository(), tag)).count();
        if (added == 0 || (added < tags.size() && quotas.reserve(quota, added))) {
            return added;
        }
        throw quotas.refused(quota, added);
    }

    private boolean isThere(RepositoryName repository, Tag tag) {
        try {
            resolve(repository, tag);
            return true;
        } catch (RegistryException e) {
            if (e.code() == ErrorCode.MANIFEST_UNKNOWN) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        super.deleteBlob(repository, digest);
        quotas.removed(Kind.BYTES, repository);
    }

    @Override
    public DeleteOutcome deleteManifest(
            RepositoryName repository, Digest digest, TagProtection protection) {
        DeleteOutcome outcome = super.deleteManifest(repository, digest, protection);
        quotas.removed(Kind.TAGS, repository);
        return outcome;
    }

    @Override
    public Optional<Digest> deleteTag(
            RepositoryName repository, Tag tag, TagProtection protection) {
        Optional<Digest> digest = super.deleteTag(repository, tag, protection);
        quotas.removed(Kind.TAGS, repository);
        return digest;
    }

    /** An upload whose bytes count when they become a blob. */
    private final class QuotaUpload extends ForwardingUpload {

        QuotaUpload(Upload next) {
            super(next);
        }

        @Override
        public long append(UploadChunk chunk) throws IOException {
            Quota quota = quotas.of(Kind.BYTES, repository());
            if (quota != null) {
                quotas.requireRoom(quota, size() + chunk.length().orElse(1));
            }
            return super.append(chunk);
        }

        @Override
        public Descriptor commit(Digest digest, UploadChunk last) throws IOException {
            Quota quota = quotas.of(Kind.BYTES, repository());
            if (quota == null) {
                return super.commit(digest, last);
            }
            UploadChunk rest = last;
            if (last.length().isEmpty()) {
                super.append(last); // so that the size is known
                rest = UploadChunk.empty();
            }
            long size = size() + rest.length().orElse(0);
            long counted = reserveBlob(quota, digest, size);
            try {
                return super.commit(digest, rest);
            } finally {
                quota.estimate().settle(counted);
            }
        }
    }
}
