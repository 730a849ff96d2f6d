package io.berth.app;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Where a registry under test keeps its content: what clients see must be the same. */
public enum Kept {
    ON_DISK,
    /** And clients fetch blobs from there. */
    IN_A_BUCKET,
    /** And the registry hands out blobs itself. */
    IN_A_BUCKET_UNSEEN;

    /**
     * Starts the application, with a bucket where one is needed, which ends with it.
     *
     * @param folder for what is kept on the disk
     */
    public TestServer serve(Path folder) {
        if (this == ON_DISK) {
            return TestServer.on(folder);
        }
        TestBucket bucket = new TestBucket();
        Map<String, String> settings = new TreeMap<>(bucket.settings());
        settings.put("storage.redirect.disable", Boolean.toString(this == IN_A_BUCKET_UNSEEN));
        settings.put("storage.s3.spooldirectory", folder.toString());
        return TestServer.on(bucket, settings);
    }
}
