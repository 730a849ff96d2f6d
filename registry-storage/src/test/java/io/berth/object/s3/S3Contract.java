package io.berth.object.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreContract;
import io.berth.object.s3.bucket.Sentinel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract of a store in a bucket, with allowances for what its server cannot do. */
abstract class S3Contract extends ObjectStoreContract {

    @TempDir static Path spool;

    private final String root = TestBucket.newRoot();
    private final List<S3Store> others = new ArrayList<>();

    /** Nanoseconds by which the store's clock is ahead. */
    private final AtomicLong ahead = new AtomicLong();

    private S3Store store;

    abstract TestBucket bucket();

    @BeforeEach
    void open() {
        store =
                bucket().open(
                                root,
                                UnaryOperator.identity(),
                                () -> System.nanoTime() + ahead.get());
    }

    @Override
    protected void awaitDistrust() {
        ahead.addAndGet(Sentinel.WRITE.toNanos() + 1);
    }

    @AfterEach
    void nothingIsLeftBehind() {
        others.forEach(S3Store::close);
        store.close();
        assertThat(bucket().unfinishedUploads(root)).isZero();
        assertThat(spool).isEmptyDirectory();
        bucket().remove(root);
    }

    @Override
    protected ObjectStore store() {
        return store;
    }

    @Override
    protected ObjectStore anotherInstance() {
        S3Store other = bucket().open(root);
        others.add(other);
        return other;
    }

    @Override
    protected void awaitForgotten() {
        store.awaitForgotten();
        others.forEach(S3Store::awaitForgotten);
    }

    @Override
    protected int longestKey() {
        return ObjectKey.MAX_LENGTH - root.length() - 1;
    }

    @Override
    protected boolean replacesInOneStep() {
        return bucket().capabilities().replacesInOneStep();
    }

    @Override
    protected boolean versionsMayFollowFromBytes() {
        return true;
    }

    @Override
    protected boolean deletesInOneStep() {
        return bucket().capabilities().deletesInOneStep();
    }
}
