package io.berth.policy;

import io.berth.access.AccessPolicy;
import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Scope;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.MountSource;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the rights of a {@link Caller} to push mean for what is stored, for callers who may push:
 *
 * <ul>
 *   <li>Without {@link Action#TAG_OVERWRITE} a push does not point an existing tag at another
 *       manifest. The registry behind this one decides that in the step in which it writes the tag.
 *   <li>Without {@link Action#CREATE} a push to a repository without blobs and manifests is
 *       refused. This is a look before the push, which costs up to two requests to the store: a
 *       repository whose last content is removed in the same moment can be begun again.
 * </ul>
 */
public final class PushRightsRegistry extends ForwardingRegistry {

    private static final PageRequest ONE_TAG = new PageRequest(null, 1);

    private final AccessPolicy policy;

    public PushRightsRegistry(Registry next, AccessPolicy policy) {
        super(next);
        this.policy = policy;
    }

    @Override
    public Upload startUpload(RepositoryName repository) {
        requireRightToCreate(repository);
        return super.startUpload(repository);
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        requireRightToCreate(repository);
        return super.putBlob(repository, digest, content);
    }

    @Override
    public Optional<Descriptor> mountBlob(
            RepositoryName target, Digest digest, MountSource source) {
        requireRightToCreate(target);
        return super.mountBlob(target, digest, source);
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        requireRightToCreate(repository);
        boolean mayOverwrite = tags.isEmpty() || may(repository, Action.TAG_OVERWRITE);
        return super.putManifest(
                repository,
                manifest,
                tags,
                mayOverwrite
                        ? options
                        : options.with(options.protection().and(new Overwritten(repository))));
    }

    private void requireRightToCreate(RepositoryName repository) {
        if (!may(repository, Action.CREATE) && !exists(repository)) {
            throw new RegistryException(
                    ErrorCode.DENIED,
                    "you may not create the repository " + repository,
                    Scope.of(repository, Action.CREATE).toString());
        }
    }

    private boolean may(RepositoryName repository, Action action) {
        return policy.permits(Caller.current(), Scope.of(repository, action));
    }

    private boolean exists(RepositoryName repository) {
        try {
            var _ = super.tags(repository, ONE_TAG);
            return true;
        } catch (RegistryException e) {
            if (e.code() == ErrorCode.NAME_UNKNOWN) {
                return false;
            }
            throw e;
        }
    }

    /** Of all tags, for a caller who may not overwrite any. */
    private record Overwritten(RepositoryName repository) implements TagProtection {

        @Override
        public boolean covers(Tag tag) {
            return true;
        }

        @Override
        public Optional<RegistryError> refusal(Tag tag, Digest present, Instant written) {
            return Optional.of(
                    new RegistryError(
                            ErrorCode.DENIED,
                            "you may not point the tag %s of %s at another manifest"
                                    .formatted(tag, repository),
                            Scope.of(repository, Action.TAG_OVERWRITE).toString()));
        }
    }
}
