package io.berth.policy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.ImageManifest;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.policy.ValidationSettings.Urls;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.Registry;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Refuses image manifests in which a layer has a URL that is not allowed ({@code
 * validation.manifests.urls}): clients fetch such layers, such as Windows base layers, from there.
 * A URL must be http or https, have a host and no fragment, and be at most 2048 characters long.
 */
public final class LayerUrlRegistry extends ForwardingRegistry {

    /** Characters of a URL; browsers and proxies accept no longer ones. */
    private static final int MAX_LENGTH = 2048;

    private final List<Pattern> allowed;
    private final List<Pattern> denied;

    /** A registry that takes only what these expressions allow. */
    public LayerUrlRegistry(Registry next, Urls urls) {
        super(next);
        this.allowed = urls.allow().stream().map(Pattern::compile).toList();
        this.denied = urls.deny().stream().map(Pattern::compile).toList();
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        if (manifest instanceof ImageManifest image) {
            image.layers().forEach(this::requireAllowed);
        }
        return super.putManifest(repository, manifest, tags, options);
    }

    private void requireAllowed(Descriptor layer) {
        for (String url : layer.urls()) {
            if (!isAllowed(url)) {
                throw new RegistryException(
                        ErrorCode.MANIFEST_INVALID,
                        ErrorCode.MANIFEST_INVALID.message(),
                        "the layer " + layer.digest() + " has a URL that is not allowed here");
            }
        }
    }

    private boolean isAllowed(String url) {
        return isWeb(url) && (allowed.isEmpty() || isFound(allowed, url)) && !isFound(denied, url);
    }

    private static boolean isFound(List<Pattern> patterns, String url) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(url).find());
    }

    private static boolean isWeb(String url) {
        if (url.length() > MAX_LENGTH) {
            return false;
        }
        try {
            URI uri = new URI(url);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
