package io.berth.policy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.ImageManifest;
import io.berth.manifest.Manifest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.Registry;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes manifests of some classes only ({@code policy.repository.classes}). The class of an image
 * manifest follows from the media type of its config; indexes have none and pass. With only {@code
 * image} allowed, artifacts such as charts and signatures are refused, too: that is what the
 * setting means.
 */
public final class ClassPolicyRegistry extends ForwardingRegistry {

    private final Set<String> allowed;
    private final AuthorizedClasses authorized;

    /**
     * @param allowed names of classes: {@code image}, {@code plugin}
     */
    public ClassPolicyRegistry(Registry next, Set<String> allowed, AuthorizedClasses authorized) {
        super(next);
        this.allowed = Set.copyOf(allowed);
        this.authorized = authorized;
    }

    @Override
    public void putManifest(RepositoryName repository, Manifest manifest, List<Tag> tags) {
        if (manifest instanceof ImageManifest image) {
            requireAllowed(repository, classOf(image));
        }
        super.putManifest(repository, manifest, tags);
    }

    private void requireAllowed(RepositoryName repository, String manifestClass) {
        if (!allowed.contains(manifestClass)) {
            throw denied("registry does not allow " + manifestClass + " manifest");
        }
        Set<String> granted = authorized.of(repository);
        if (!granted.isEmpty() && !granted.contains(manifestClass)) {
            throw denied("repository not authorized for " + manifestClass + " manifest");
        }
    }

    private static String classOf(ImageManifest image) {
        Optional<MediaType> config = image.config().map(descriptor -> descriptor.mediaType());
        if (config.isPresent()) {
            if (config.get().equals(MediaType.DOCKER_PLUGIN)) {
                return "plugin";
            }
            if (config.get().equals(MediaType.DOCKER_CONFIG)
                    || config.get().equals(MediaType.OCI_CONFIG)) {
                return "image";
            }
        }
        String type = config.map(MediaType::value).orElse("");
        throw denied("unknown manifest class for " + type);
    }

    private static RegistryException denied(String why) {
        return new RegistryException(ErrorCode.DENIED, why);
    }
}
