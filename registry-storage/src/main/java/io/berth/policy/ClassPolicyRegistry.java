package io.berth.policy;

import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Grant;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.ImageManifest;
import io.berth.manifest.Manifest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.policy.PolicySettings.ContentClass;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.Registry;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes manifests of some classes only ({@code policy.repository.classes}). The class of an image
 * manifest follows from the media type of its config; indexes have none and pass. With only {@code
 * image} allowed, artifacts such as charts and signatures are refused, too: that is what the
 * setting means. Where the rights of the {@link Caller} are grants, one of them must allow to push
 * that class to the repository.
 */
public final class ClassPolicyRegistry extends ForwardingRegistry {

    /** The class of a grant that names none. */
    private static final ContentClass DEFAULT_CLASS = ContentClass.IMAGE;

    private final Set<ContentClass> allowed;

    /** A registry that takes images of these classes only. */
    public ClassPolicyRegistry(Registry next, Collection<ContentClass> allowed) {
        super(next);
        this.allowed = Set.copyOf(allowed);
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        if (manifest instanceof ImageManifest image) {
            requireAllowed(repository, classOf(image));
        }
        return super.putManifest(repository, manifest, tags, options);
    }

    private void requireAllowed(RepositoryName repository, ContentClass manifestClass) {
        if (!allowed.contains(manifestClass)) {
            throw denied("registry does not allow " + manifestClass + " manifest");
        }
        List<Grant> grants = Caller.current().grants();
        if (grants != null
                && grants.stream()
                        .filter(grant -> grant.isFor(repository))
                        .noneMatch(grant -> allowsPush(grant, manifestClass))) {
            throw denied("repository not authorized for " + manifestClass + " manifest");
        }
    }

    private static boolean allowsPush(Grant grant, ContentClass manifestClass) {
        boolean granted =
                grant.resourceClass().isEmpty()
                        ? manifestClass == DEFAULT_CLASS
                        : grant.resourceClass().equals(manifestClass.toString());
        return granted && grant.allows(Action.PUSH);
    }

    private static ContentClass classOf(ImageManifest image) {
        Optional<MediaType> config = image.config().map(descriptor -> descriptor.mediaType());
        if (config.isPresent()) {
            if (config.get().equals(MediaType.DOCKER_PLUGIN)) {
                return ContentClass.PLUGIN;
            }
            if (config.get().equals(MediaType.DOCKER_CONFIG)
                    || config.get().equals(MediaType.OCI_CONFIG)) {
                return ContentClass.IMAGE;
            }
        }
        String type = config.map(MediaType::value).orElse("");
        throw denied("unknown manifest class for " + type);
    }

    private static RegistryException denied(String why) {
        return new RegistryException(ErrorCode.DENIED, why);
    }
}
