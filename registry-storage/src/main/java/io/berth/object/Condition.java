package io.berth.object;

/**
 * What must hold for a write or a delete to happen. The store checks the condition and makes the
 * change atomically. Immutable.
 *
 * <p>{@link IfContent} is for callers that know the content without having read the object, {@link
 * IfUnchanged} for callers that have read it. {@code IfUnchanged} also detects ABA on most stores,
 * because it tells two writes of equal bytes apart (see {@link Version}).
 */
public sealed interface Condition {

    /** Always holds. */
    record Always() implements Condition {}

    /** The object does not exist. */
    record IfAbsent() implements Condition {}

    /**
     * The object exists and has exactly these bytes. For small objects, because a store may have to
     * read the object first.
     *
     * @param content not copied: the caller does not change it
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of an argument, never compared
    record IfContent(byte[] content) implements Condition {}

    /** The object exists and was not written since this version was read. */
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
