package io.berth.registry;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import org.jspecify.annotations.Nullable;

/** Lists manifests by their subject (distribution-spec, "Listing Referrers"). */
public interface ReferrerLister {

    /**
     * The manifests of the repository whose {@code subject} is this digest, ordered by the text of
     * their digests. Neither the subject nor the repository has to exist. A page ends early when
     * further descriptors would make the response longer than clients accept (4 MiB).
     *
     * @param artifactType only manifests of this artifact type; {@code null}: all
     */
    Page<Descriptor> referrers(
            RepositoryName repository,
            Digest subject,
            @Nullable String artifactType,
            PageRequest page);
}
