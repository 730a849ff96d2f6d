package io.berth.object;

/** A new object on its way in. For one thread. */
public interface ObjectWriter extends AutoCloseable {

    /** Adds bytes; the array may be used again as soon as this returns. */
    void write(byte[] buffer, int offset, int length);

    /**
     * Makes the object visible, replacing one that is there; durable as asked. Nothing can be
     * written afterwards.
     */
    void publish(Durability durability);

    /** Without {@link #publish} before, drops everything. Never throws for that. */
    @Override
    void close();
}
