package io.berth.object;

/** What must hold for a write to happen; checked and acted upon as one step. */
public sealed interface Condition {

    /** Whatever is there. */
    record Always() implements Condition {}

    /** No object is there. */
    record IfAbsent() implements Condition {}

    /** The object is there and has this version. */
    record IfVersion(Version version) implements Condition {}

    static Condition always() {
        return new Always();
    }

    static Condition ifAbsent() {
        return new IfAbsent();
    }

    static Condition ifVersion(Version version) {
        return new IfVersion(version);
    }
}
