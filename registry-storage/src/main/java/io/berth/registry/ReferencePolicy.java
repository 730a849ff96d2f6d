package io.berth.registry;

/** Which of the content that a pushed manifest refers to must exist in its repository. */
public enum ReferencePolicy {

    /** Every blob and manifest that the manifest needs. */
    STRICT,

    /** None: a mirror may have only some platforms of an index. */
    LENIENT
}
