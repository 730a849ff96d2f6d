package io.berth.storage;

import io.berth.object.ObjectStore;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.TestBucket;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Each replica with a store of its own, on one bucket. */
class DocumentsOnS3Test extends SharedDocumentsContract {

    @TempDir static Path spool;

    private final String root = TestBucket.newRoot();
    private final Queue<S3Store> stores = new ConcurrentLinkedQueue<>();

    @Override
    protected ObjectStore open() {
        S3Store store = TestBucket.local(spool).open(root);
        stores.add(store);
        return store;
    }

    /** The server in this JVM looks first. */
    @Override
    protected boolean replacesInOneStep() {
        return false;
    }

    @AfterEach
    void close() {
        stores.forEach(S3Store::close);
    }
}
