package io.berth.storage.index;

/** Whether other registries write the same tree. */
public enum OwnershipMode {
    /** As the owner marker says; without one, exclusive if the tree is empty, otherwise shared. */
    AUTO,
    /**
     * Only Berth writes the tree, so its indexes are used. The owner marker is set to exclusive.
     */
    EXCLUSIVE,
    /** Other registries write, too, so the tree is searched. The owner marker is set to shared. */
    SHARED
}
