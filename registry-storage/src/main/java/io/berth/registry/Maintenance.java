package io.berth.registry;

import io.berth.name.RepositoryName;
import java.time.Instant;

/**
 * What keeps a registry in order and no client asks for. For schedules and commands. Every method
 * is safe at any time, beside clients and on several replicas at once; one that fails can be called
 * again, and goes on.
 */
public interface Maintenance {

    /**
     * Drops the upload sessions that began before a time; one that a request is working on is left
     * alone. Also drops what ended deletes have left behind for other replicas, and lists
     * repositories again that the catalog has lost.
     *
     * @param dryRun only logs which sessions would go
     * @return how many sessions went, or would go
     * @throws io.berth.error.RegistryException UNAVAILABLE; some sessions may have gone
     * @throws java.util.concurrent.CancellationException when the registry is closed before or
     *     meanwhile
     */
    int purgeUploads(Instant begunBefore, boolean dryRun);

    /**
     * Makes the indexes of a repository complete where the registry keeps any: reads every tag and
     * every manifest of it once. A crash leaves it to be done again.
     *
     * @throws io.berth.error.RegistryException UNAVAILABLE
     * @throws java.util.concurrent.CancellationException when the registry is closed before or
     *     meanwhile
     */
    void index(RepositoryName repository);
}
