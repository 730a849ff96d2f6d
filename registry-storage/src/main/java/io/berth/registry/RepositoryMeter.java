package io.berth.registry;

import io.berth.name.RepositoryName;

/**
 * Measures what a repository holds, by reading the store. A measurement costs what the repository
 * holds, so callers keep the result. Changes during a measurement may or may not be in it. Safe for
 * use by many threads.
 */
public interface RepositoryMeter {

    /**
     * The bytes of all blobs that the repository links to, each once, as they are stored. A blob
     * counts in every repository that has it, also when no manifest there refers to it any more.
     * Manifests do not count.
     *
     * @throws io.berth.error.RegistryException UNAVAILABLE
     */
    long bytes(RepositoryName repository);

    /**
     * The number of tags. Also counts those that an interrupted push or delete has left without a
     * manifest.
     *
     * @throws io.berth.error.RegistryException UNAVAILABLE
     */
    long tags(RepositoryName repository);
}
