package io.berth.storage.upload;

/**
 * The secret by which the ids of upload sessions are authenticated; the same on all replicas.
 *
 * @param value not copied: the caller does not change it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SessionKey(byte[] value) {

    @Override
    public String toString() {
        return "SessionKey[…]";
    }
}
