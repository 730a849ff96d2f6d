package io.berth.storage.index;

/** Whether other registries write the same tree. */
public enum OwnershipMode {
    /** Exclusive if the tree says so or is empty; otherwise shared. */
    AUTO,
    /** Only Berth writes: its indexes can be trusted. The tree is marked so. */
    EXCLUSIVE,
    /** Others write, too: the tree itself is searched. The mark is removed. */
    SHARED
}
