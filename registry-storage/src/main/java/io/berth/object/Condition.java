package io.berth.object;

/**
 * What must hold for a write to happen; checked and acted upon as one step.
 *
 * <p>{@link IfContent} is for callers that know the content and have not read the object; {@link
 * IfUnchanged} for callers that have read it, and on most stores also tells two writes of equal
 * bytes apart (see {@link Version}).
 */
public sealed interface Condition {

    /** Whatever is there. */
    record Always() implements Condition {}

    /** No object is there. */
    record IfAbsent() implements Condition {}

    /**
     * The object is there and holds exactly these bytes. For small objects: a store may have to
     * read it first.
     *
     * @param content not copied: the caller does not change it
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of an argument, never compared
    record IfContent(byte[] content) implements Condition {}

    /** The object is there and was not written since this version was seen. */
    record IfUnchanged(Version version) implements Condition {}

    static Condition always() {
        return new Always();
    }

    static Condition ifAbsent() {
        return new IfAbsent();
    }

    static Condition ifContent(byte[] content) {
        return new IfContent(content);
    }

    static Condition ifUnchanged(Version version) {
        return new IfUnchanged(version);
    }
}
