package io.berth.registry;

import io.berth.name.RepositoryName;
import java.time.Instant;

/**
 * Maintenance of a registry, for schedules and commands. Every method may be called at any time,
 * while clients use the registry and on several replicas at once. After a failure it can be called
 * again, and continues.
 */
public interface Maintenance {

    /**
     * Deletes the upload sessions that began before a time, except those that a request is writing
     * to. Also deletes the tombstones of deletes that ended, and adds repositories to the catalog
     * that are missing there.
     *
     * @param dryRun only logs which sessions would be deleted
     * @return how many sessions were, or would be, deleted
     * @throws io.berth.error.RegistryException UNAVAILABLE; some sessions may have been deleted
     * @throws java.util.concurrent.CancellationException when the registry is closed before or
     *     meanwhile
     */
    int purgeUploads(Instant begunBefore, boolean dryRun);

    /**
     * Makes the indexes of a repository complete, where the registry keeps indexes: reads every tag
     * and every manifest of the repository once. After a crash it must be called again.
     *
     * @throws io.berth.error.RegistryException UNAVAILABLE
     * @throws java.util.concurrent.CancellationException when the registry is closed before or
     *     meanwhile
     */
    void index(RepositoryName repository);
}
