package io.berth.object;

/**
 * What must hold for a write to happen; checked and acted upon as one step.
 *
 * <p>There are no version numbers: what is compared-and-set here are small objects whose content is
 * all there is to know about them, so it makes no difference that two writes of equal bytes cannot
 * be told apart.
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
     * @param content not copied: nobody changes it
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of an argument, never compared
    record IfContent(byte[] content) implements Condition {}

    static Condition always() {
        return new Always();
    }

    static Condition ifAbsent() {
        return new IfAbsent();
    }

    static Condition ifContent(byte[] content) {
        return new IfContent(content);
    }
}
