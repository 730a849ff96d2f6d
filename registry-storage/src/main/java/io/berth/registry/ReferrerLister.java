package io.berth.registry;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import org.jspecify.annotations.Nullable;

/** Finding manifests by their subject (distribution-spec, "Listing Referrers"). */
public interface ReferrerLister {

    /**
     * The manifests of the repository whose {@code subject} is this digest, in order of their
     * digests' text. Neither the subject nor the repository has to exist. A page ends early when
     * its descriptors would no longer fit in an answer that clients accept (4 MiB).
     *
     * @param artifactType only those of this type; {@code null}: all
     */
    Page<Descriptor> referrers(
            RepositoryName repository,
            Digest subject,
            @Nullable String artifactType,
            PageRequest page);
}
