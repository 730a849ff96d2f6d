package io.berth.session;

import io.berth.registry.Page;
import io.berth.registry.PageRequest;

/** Lists upload sessions. Safe for use by many threads. */
@FunctionalInterface
public interface SessionLister {

    /**
     * A page of the sessions that have bytes, of all replicas, in the order of their repositories.
     * Sessions of other registries in the same tree are not among them. {@link Page#next} is always
     * set where there are more, and is the only {@link PageRequest#after} that is allowed.
     *
     * @throws io.berth.error.RegistryException UNAVAILABLE; REQUEST_INVALID when the page does not
     *     begin after the end of another one
     */
    Page<Session> sessions(PageRequest page);
}
