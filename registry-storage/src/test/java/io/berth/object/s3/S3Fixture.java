package io.berth.object.s3;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.s3.bucket.S3Capabilities;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store in a bucket of the server in this JVM, and the requests that it makes. */
abstract class S3Fixture {

    static final int MIB = 1 << 20;

    /** The capabilities of a server that can do everything, so that one request is enough. */
    static final S3Capabilities ALL =
            S3Capabilities.of(
                    EnumSet.complementOf(
                            EnumSet.of(Ability.BARE_ETAGS, Ability.BATCH_DELETE_NEEDS_MD5)));

    /** The capabilities of a server that can only do what every server must. */
    static final S3Capabilities NONE = S3Capabilities.of(EnumSet.noneOf(Ability.class));

    /** One for all: classes that run at the same time would delete each other's. */
    static final Path SPOOL = newFolder();

    final String root = TestBucket.newRoot();
    final FaultyWire wire = new FaultyWire();
    TestBucket bucket = TestBucket.local(SPOOL);
    S3Store store = open(ALL);

    private static Path newFolder() {
        try {
            Path folder = Files.createTempDirectory("berth-spool");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    S3Store open(S3Capabilities capabilities) {
        return S3Store.open(bucket.options(root).build(), capabilities, wire);
    }

    @BeforeEach
    void forgetWhatWasMade() {
        wire.made();
    }

    @AfterEach
    void close() {
        store.close();
    }

    static ObjectKey key(String value) {
        return ObjectKey.of(value);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    void put(String key, String content) {
        put(key, content, Condition.always());
    }

    void put(String key, String content, Condition condition) {
        store.put(key(key), bytes(content), condition, Durability.HINT);
    }

    byte[] content(String key) {
        return store.read(key(key), 100 * MIB);
    }

    String read(String key) {
        return new String(content(key), StandardCharsets.UTF_8);
    }

    List<String> keys() {
        return store.list(new ListRequest("", null, false, 1000)).keys();
    }

    void write(String key, byte[] content) {
        try (ObjectWriter writer = store.write(key(key))) {
            writer.write(content, 0, content.length);
            writer.publish(Durability.HINT, null);
        }
    }

    /** Does what a request of an upload does: resumes, appends, keeps. Returns the state. */
    String stage(String key, @Nullable String state, byte[] content, int from, int to) {
        try (StagedObject staged =
                from == 0 ? store.stage(key(key)) : store.resume(key(key), state)) {
            staged.append(content, from, to - from);
            staged.keep();
            return staged.state();
        }
    }

    void publish(String key, @Nullable String state, String target) {
        try (StagedObject staged = store.resume(key(key), state)) {
            staged.publish(key(target), Durability.HINT, null);
            staged.discard();
        }
    }
}
