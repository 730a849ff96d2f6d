package io.berth.object.s3;

/**
 * The contract on an S3 server in this JVM. It is one process where Amazon has many machines, it
 * has no bucket of another region, no throttling, no encryption, and it takes ACLs and storage
 * classes without a meaning: that those work is not proved here.
 */
class S3StoreTest extends S3Contract {

    @Override
    TestBucket bucket() {
        return TestBucket.local(spool);
    }

    /** This server looks at the object to replace, and then replaces it. */
    @Override
    protected boolean replacesInOneStep() {
        return false;
    }
}
