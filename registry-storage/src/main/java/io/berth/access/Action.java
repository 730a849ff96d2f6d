package io.berth.access;

/** What can be done to a resource, in the terms of the token specification of CNCF distribution. */
public enum Action {
    PULL("pull"),
    /** Adding content, and pointing tags at it. */
    PUSH("push"),
    DELETE("delete"),
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
