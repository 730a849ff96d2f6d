package io.berth.manifest;

import io.berth.name.Digest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stored manifest without descriptors: of a type that cannot be pushed here, such as schema 1;
 * beyond the limits of the parser; or too large to be held in memory. Served as it is. For one that
 * is too large for memory, the subject is known.
 */
public final class UnknownManifest extends Manifest {

    UnknownManifest(Source source) {
        this(source, null, null, Map.of());
    }

    UnknownManifest(
            Source source,
            @Nullable Digest subject,
            @Nullable String artifactType,
            Map<String, String> annotations) {
        super(source, subject, artifactType, annotations, 0);
    }
}
