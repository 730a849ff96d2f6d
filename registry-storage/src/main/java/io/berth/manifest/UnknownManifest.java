package io.berth.manifest;

import java.util.Map;

/**
 * Stored by another registry and of no family that could be pushed here, such as schema 1: served
 * as it is, never interpreted.
 */
public final class UnknownManifest extends Manifest {

    UnknownManifest(Source source) {
        super(source, null, null, Map.of());
    }
}
