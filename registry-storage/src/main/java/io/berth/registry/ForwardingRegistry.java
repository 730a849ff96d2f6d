package io.berth.registry;

import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.registry.tag.TagProtection;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A registry that forwards every call to another one. Decorators extend this class and override the
 * calls that they change; a method that is added to the contract is then forwarded by all of them.
 * As thread-safe as the other registry.
 */
public abstract class ForwardingRegistry implements Registry {

    private final Registry next;

    /**
     * @param next the registry that calls are forwarded to
     */
    protected ForwardingRegistry(Registry next) {
        this.next = next;
    }

    @Override
    public boolean isReadOnly() {
        return next.isReadOnly();
    }

    @Override
    public Blob blob(RepositoryName repository, Digest digest) {
        return next.blob(repository, digest);
    }

    @Override
    public Optional<URI> blobLink(RepositoryName repository, Digest digest) {
        return next.blobLink(repository, digest);
    }

    @Override
    public Digest resolve(RepositoryName repository, Reference reference) {
        return next.resolve(repository, reference);
    }

    @Override
    public Manifest manifest(RepositoryName repository, Reference reference) {
        return next.manifest(repository, reference);
    }

    @Override
    public Upload startUpload(RepositoryName repository) {
        return next.startUpload(repository);
    }

    @Override
    public Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state) {
        return next.resumeUpload(repository, id, state);
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        return next.putBlob(repository, digest, content);
    }

    @Override
    public Optional<Descriptor> mountBlob(
            RepositoryName target, Digest digest, MountSource source) {
        return next.mountBlob(target, digest, source);
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        return next.putManifest(repository, manifest, tags, options);
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        next.deleteBlob(repository, digest);
    }

    @Override
    public DeleteOutcome deleteManifest(
            RepositoryName repository, Digest digest, TagProtection protection) {
        return next.deleteManifest(repository, digest, protection);
    }

    @Override
    public Optional<Digest> deleteTag(
            RepositoryName repository, Tag tag, TagProtection protection) {
        return next.deleteTag(repository, tag, protection);
    }

    @Override
    public Page<Tag> tags(RepositoryName repository, PageRequest page) {
        return next.tags(repository, page);
    }

    @Override
    public Page<RepositoryName> repositories(PageRequest page, Predicate<RepositoryName> visible) {
        return next.repositories(page, visible);
    }

    @Override
    public Page<Descriptor> referrers(
            RepositoryName repository,
            Digest subject,
            @Nullable String artifactType,
            PageRequest page) {
        return next.referrers(repository, subject, artifactType, page);
    }
}
