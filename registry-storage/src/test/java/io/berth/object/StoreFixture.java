package io.berth.object;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What all tests of a store are told in. */
abstract class StoreFixture {

    /** The store under test, empty when the test begins. */
    protected abstract ObjectStore store();

    /** The same objects as another replica sees them, or this one after a restart. */
    protected ObjectStore anotherInstance() {
        return store();
    }

    /** Characters of a key that may be too long for a store that keeps it with something before. */
    protected int longestKey() {
        return ObjectKey.MAX_LENGTH;
    }

    /** Whether looking and replacing are one step here; where not, the difference is asserted. */
    protected boolean replacesInOneStep() {
        return true;
    }

    /** Whether looking and deleting are one step here; where not, the difference is asserted. */
    protected boolean deletesInOneStep() {
        return true;
    }

    /** Whether two writes of equal bytes may have the same version. */
    protected boolean versionsMayFollowFromBytes() {
        return false;
    }

    /** Whether a server may fail in a way that leaves open what it did. */
    protected boolean mayLoseAnswers() {
        return false;
    }

    static ObjectKey key(String value) {
        return ObjectKey.of(value);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    void put(String key, String content) {
        put(key, bytes(content));
    }

    void put(String key, byte[] content) {
        store().put(key(key), content, Condition.always(), Durability.HINT);
    }

    /** More bytes than any store writes in one request, of which the last is {@code end}. */
    static byte[] large(int end) {
        byte[] content = new byte[11 << 20];
        content[content.length - 1] = (byte) end;
        return content;
    }

    void writeLarge(String key, int end) {
        byte[] content = large(end);
        try (ObjectWriter writer = store().write(key(key))) {
            writer.write(content, 0, content.length);
            writer.publish(Durability.HINT, null);
        }
    }

    void putAll(String... keys) {
        for (String key : keys) {
            put(key, "content of " + key);
        }
    }

    String read(String key) {
        return text(store().read(key(key), 1 << 20));
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    byte[] open(String key, ByteRange range) throws IOException {
        try (InputStream in = store().open(key(key), range)) {
            return in.readAllBytes();
        }
    }

    List<String> keys() {
        return store().list(new ListRequest("", null, false, 10_000)).keys();
    }

    /** {@link #keys} once everything that was to be forgotten is. */
    List<String> keysSoon() {
        awaitForgotten();
        return keys();
    }

    /** Until {@link ObjectStore#forget} has had its effect. */
    protected void awaitForgotten() {}

    /** Until a store relies no longer on having seen its sentinel. */
    protected void awaitDistrust() {}

    static void assertNotFound(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(ObjectStoreException.NotFound.class);
    }

    static void assertPreconditionFailed(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(ObjectStoreException.PreconditionFailed.class);
    }

    static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(ObjectStoreException.Unavailable.class);
    }
}
