package io.berth.object.s3;

/**
 * The contract on an S3 server in this JVM. It is one process, has no regions, throttling or
 * encryption, and ignores ACLs and storage classes: none of these is tested here.
 */
class S3StoreTest extends S3Contract {

    @Override
    TestBucket bucket() {
        return TestBucket.local(spool);
    }

    /** This server checks the condition and then writes, in two steps. */
    @Override
    protected boolean replacesInOneStep() {
        return false;
    }
}
