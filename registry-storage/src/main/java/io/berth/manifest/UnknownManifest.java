package io.berth.manifest;

import io.berth.name.Digest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stored manifest whose descriptors are not known: of no family that could be pushed here, such
 * as schema 1, beyond the limits of what is read, or too large to be held in memory. Served as it
 * is. Of a large one the subject is known.
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
