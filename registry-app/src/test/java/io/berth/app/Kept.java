package io.berth.app;

import io.berth.object.s3.S3TestServer;
import java.nio.file.Path;
import java.util.Map;

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
        return TestServer.on(
                new S3TestServer(),
                Map.of(
                        "storage.redirect.disable",
                        Boolean.toString(this == IN_A_BUCKET_UNSEEN),
                        "storage.s3.spooldirectory",
                        folder.toString()));
    }
}
