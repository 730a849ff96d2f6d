package io.berth.access;

/**
 * What can be done to a resource. {@link #PULL}, {@link #PUSH}, {@link #DELETE} and {@link #ALL}
 * are of the token specification of CNCF distribution.
 */
public enum Action {
    PULL("pull"),
    /** Adding content, and pointing tags at it. */
    PUSH("push"),
    /** A push to a repository that does not exist. A grant of push includes it. */
    CREATE("create"),
    /** Pointing an existing tag at another manifest. A grant of push includes it. */
    TAG_OVERWRITE("tag-overwrite"),
    DELETE("delete"),
    /** Administration. A grant has to name it: services that issue tokens mean less by all. */
    ADMIN("admin"),
    /** Everything: what the list of repositories asks for. */
    ALL("*");

    private final String text;

    Action(String text) {
        this.text = text;
    }

    /** The action in a scope and in a token. */
    @Override
    public String toString() {
        return text;
    }
}
